/** What a page loads: bundled, minified, gzipped. React and react-query are the page's own and left out. */
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

export interface Size {
  readonly name: string
  readonly minified: number
  readonly gzip: number
  /** Gzipped, what comes to that of `createAgentClient` alone. */
  readonly more?: number
}

export interface Bundle {
  readonly minified: number
  readonly gzip: number
  /** Of every file of which something is left. */
  readonly files: readonly string[]
}

const external = ['react', 'react-dom', 'react/jsx-runtime', '@tanstack/react-query']

/** A module with this text as a page loads it, resolved from this package. */
export async function bundleOf(text: string, alsoExternal: readonly string[] = []): Promise<Bundle> {
  const entry = 'virtual:entry'
  const here = new URL('entry.js', import.meta.url).pathname
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    // A bundle is no server component: that a file says `use client` means nothing here.
    onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log),
    external: [...external, ...alsoExternal],
    resolve: { conditionNames: ['agentstream-source', 'import', 'module', 'browser', 'default'] },
    plugins: [{ name: 'entry', resolveId: (id) => (id === entry ? here : undefined), load: (id) => (id === here ? text : undefined) }],
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  const { code, modules } = output[0]
  const files = Object.entries(modules).flatMap(([file, { renderedLength }]) => (renderedLength > 0 && file !== here ? [file] : []))
  return { minified: code.length, gzip: gzipSync(code, { level: 9 }).length, files }
}

/** Every protocol that a page can name. Two of one family are one choice: they share their files. */
export const protocolFamilies = {
  'AG-UI': ['agUi'],
  'AI SDK': ['uiMessageStream'],
  A2A: ['a2a', 'a2aV1'],
  Agentor: ['agentor', 'agentorChat'],
  AgentiCraft: ['agenticraft', 'agenticraftText'],
} as const

const client = `export { createAgentClient } from '@agentstream/client'`

/** The same for a page that only reads. */
export const readingFamilies = {
  'AG-UI': ['readAgUi'],
  'AI SDK': ['readUiMessageStream'],
  A2A: ['readA2a', 'readA2aV1'],
  Agentor: ['readAgentor'],
  AgentiCraft: ['readAgenticraft'],
} as const satisfies Readonly<Record<keyof typeof protocolFamilies, readonly string[]>>

/** A page that loads the client, and these of `@agentstream/client/wire`. */
export const clientWith = (names: readonly string[]): string =>
  names.length === 0 ? client : `${client}\nexport { ${names.join(', ')} } from '@agentstream/client/wire'`

export async function sizes(): Promise<readonly Size[]> {
  const sizeOf = async (name: string, text: string, alsoExternal: readonly string[] = []): Promise<Size> => {
    const { minified, gzip } = await bundleOf(text, alsoExternal)
    return { name, minified, gzip }
  }
  const alone = await sizeOf('client: createAgentClient', client)
  const withProtocols = async (name: string, names: readonly string[]): Promise<Size> => {
    const size = await sizeOf(`createAgentClient + ${name}`, clientWith(names))
    return { ...size, more: size.gzip - alone.gzip }
  }
  const families = Object.entries(protocolFamilies)
  return [
    await sizeOf('eventsource-parser alone', `export { createParser } from 'eventsource-parser'`),
    alone,
    ...(await Promise.all(families.map(([name, names]) => withProtocols(name, names)))),
    await withProtocols('all protocols', Object.values(protocolFamilies).flat()),
    await withProtocols('all protocols, only read', Object.values(readingFamilies).flat()),
    await withProtocols('autoProtocol', ['autoProtocol']),
    await sizeOf('client: the whole door', `export * from '@agentstream/client'`),
    await sizeOf('hooks alone', `export * from '@agentstream/react'`, ['@agentstream/client']),
    await sizeOf('client + hooks', `export * from '@agentstream/client'; export * from '@agentstream/react'`),
  ]
}
