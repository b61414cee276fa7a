/** What a page loads: bundled, minified, gzipped. React and react-query are the page's own and left out. */
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface Size {
  readonly name: string
  readonly minified: number
  readonly gzip: number
}

const external = ['react', 'react-dom', 'react/jsx-runtime', '@tanstack/react-query']

/** The size of a module with this text, resolved from this package. */
async function sizeOf(name: string, text: string, alsoExternal: readonly string[] = []): Promise<Size> {
  const entry = 'virtual:entry'
  const here = new URL('entry.js', import.meta.url).pathname
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    external: [...external, ...alsoExternal],
    resolve: { conditionNames: ['agentstream-source', 'import', 'module', 'browser', 'default'] },
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? here : undefined), load: (id) => (id === here ? text : undefined) }],
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  const code = output[0].code
  return { name, minified: code.length, gzip: gzipSync(code, { level: 9 }).length }
}

export async function sizes(): Promise<readonly Size[]> {
  return [
    await sizeOf('eventsource-parser alone', `export { createParser } from 'eventsource-parser'`),
    await sizeOf('client: createAgentClient', `export { createAgentClient } from '@agentstream/client'`),
    await sizeOf('client: the whole door', `export * from '@agentstream/client'`),
    await sizeOf('hooks alone', `export * from '@agentstream/react'`, ['@agentstream/client']),
    await sizeOf('client + hooks', `export * from '@agentstream/client'; export * from '@agentstream/react'`),
  ]
}
