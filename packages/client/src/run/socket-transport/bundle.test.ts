import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

test('a page that uses no sockets loads none of this', async () => {
  const bundle = await rolldown({
    input: 'page',
    platform: 'browser',
    resolve: { conditionNames: ['agentstream-source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? id : undefined),
        load: (id) => (id === 'page' ? `export { createAgentClient } from '${new URL('../../index.ts', import.meta.url).pathname}'` : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm' })
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? Object.entries(chunk.modules) : []))
  expect(modules.filter(([id, { renderedLength }]) => /socket|in-process/.test(id) && renderedLength > 0).map(([id]) => id)).toEqual([])
})
