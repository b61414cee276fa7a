import { describe, expect, test } from 'vitest'
import { type Bundle, bundleOf, clientWith, protocolFamilies, readingFamilies } from './size.ts'

/** The files of our client and of other packages, without the folders before them. */
const filesIn = ({ files }: Bundle): readonly string[] => files.map((file) => file.replace(/^.*\/(?:packages\/client\/src|node_modules)\//, ''))
const protocolsIn = (bundle: Bundle): readonly string[] => [...new Set(filesIn(bundle).flatMap((file) => /^wire\/protocols\/([^/]+)\//.exec(file)?.[1] ?? []))]
/** Gzipped kilobytes, to one decimal. */
const kilobytes = (bytes: number): number => Math.round(bytes / 100) / 10

const alone = bundleOf(clientWith([]))
const beyondAlone = async ({ gzip }: Bundle): Promise<number> => kilobytes(gzip - (await alone).gzip)

test('a page that makes a client loads one protocol and one parser, and nothing that it could have asked for', async () => {
  const files = filesIn(await alone)
  expect(files.filter((file) => !/^(?:wire|run)\//.test(file))).toEqual(
    expect.arrayContaining(['client.ts', 'eventsource-parser/dist/parse.js', 'eventsource-parser/dist/errors.js']),
  )
  const asked =
    /socket|in-process|detect|partial-json|select-arguments|transcode|patterns|conversation|dawp-consumer|concatenated|plain-text|json-seq|message\.ts|zod|vocabulary/
  expect(files.filter((file) => asked.test(file))).toEqual([])
  expect(protocolsIn(await alone)).toEqual([])
  expect(files).toContain('wire/protocols/aiecs.ts')
})

test('a client alone takes at most 15.5 kB', async () => {
  expect(kilobytes((await alone).gzip)).toBeLessThanOrEqual(15.5)
})

test('the whole front door takes at most 22.2 kB', async () => {
  expect(kilobytes((await bundleOf(`export * from '@agentstream/client'`)).gzip)).toBeLessThanOrEqual(22.2)
})

test('the hooks take at most 3 kB more', async () => {
  expect(kilobytes((await bundleOf(`export * from '@agentstream/react'`, ['@agentstream/client'])).gzip)).toBeLessThanOrEqual(3)
})

describe.each([
  // What each takes today, and a little room.
  { family: 'AG-UI', folder: 'ag-ui', most: 8.7 },
  { family: 'AI SDK', folder: 'ui-message-stream', most: 4.2 },
  { family: 'A2A', folder: 'a2a', most: 6.4 },
  { family: 'Agentor', folder: 'agentor', most: 4.5 },
  { family: 'AgentiCraft', folder: 'agenticraft', most: 3.5 },
] as const)('a client and $family', ({ family, folder, most }) => {
  test(`takes at most ${most} kB more, and loads no other protocol and no schemas`, async () => {
    const bundle = await bundleOf(clientWith(protocolFamilies[family]))
    expect(protocolsIn(bundle)).toEqual([folder])
    expect(filesIn(bundle).filter((file) => /zod|vocabulary|socket|detect|partial-json|transcode|losses/.test(file))).toEqual([])
    expect(await beyondAlone(bundle)).toBeLessThanOrEqual(most)
  })
})

test.each([
  { family: 'AG-UI', most: 5.9 },
  { family: 'AI SDK', most: 2.4 },
  { family: 'A2A', most: 5.1 },
  { family: 'Agentor', most: 3.7 },
  { family: 'AgentiCraft', most: 2.9 },
] as const)('a page that only reads $family loads nothing that writes it: at most $most kB more', async ({ family, most }) => {
  const bundle = await bundleOf(clientWith(readingFamilies[family]))
  expect(filesIn(bundle).filter((file) => /\/encode|detect/.test(file))).toEqual([])
  expect(await beyondAlone(bundle)).toBeLessThanOrEqual(most)
})

test('all protocols, read and written, take at most 20.6 kB more', async () => {
  expect(await beyondAlone(await bundleOf(clientWith(Object.values(protocolFamilies).flat())))).toBeLessThanOrEqual(20.6)
})

test.each([
  ['told', Object.values(readingFamilies).flat()],
  ['recognised', ['autoProtocol']],
])('a page that reads all of them, %s, takes at most 16.6 kB more: it loads nothing that writes', async (_, names) => {
  const bundle = await bundleOf(clientWith(names))
  expect(protocolsIn(bundle)).toHaveLength(Object.keys(protocolFamilies).length)
  expect(filesIn(bundle).filter((file) => /\/encode/.test(file))).toEqual([])
  expect(await beyondAlone(bundle)).toBeLessThanOrEqual(16.6)
})
