import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'

/** What `weigh-streams.ts` prints: MiB that were alive more than before, when it was most, and MiB that were read. */
interface Weighed {
  readonly what: string
  readonly how: string
  readonly ending: string
  readonly events: number
  readonly text: number
  readonly grown: number
  readonly sent: number
}

let rows: readonly Weighed[] = []
beforeAll(async () => {
  // Only a process of its own can be weighed: here are other tests, and nothing to collect garbage with.
  const script = new URL('weigh-streams.ts', import.meta.url).pathname
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=agentstream-source', '--expose-gc', script])
  rows = JSON.parse(stdout)
}, 120_000)

describe('streams without measure are held in less than 32 MiB', () => {
  const overLimit = (what: string) => ({ ending: `limit: ${what} is larger than the limit of 16777216 bytes`, events: 0, text: 0 })
  const tooLong = { SSE: overLimit('An event'), NDJSON: overLimit('A record') }
  const allTiny = { ending: 'completed', events: 1_000_001, text: 1_000_000 }
  const allDeep = { ending: 'completed', events: 2, text: 0 }
  const streams = [
    ['N42', 'a line of 1 GiB', tooLong],
    ['N42', 'an endless line', tooLong],
    ['N42', 'an endless line of wide characters', tooLong],
    ['N42', '10⁶ events in one chunk', { SSE: allTiny, NDJSON: allTiny }],
    ['N55', 'nesting 10⁵ deep', { SSE: allDeep, NDJSON: allDeep }],
  ] as const
  const framings = ['SSE', 'NDJSON'] as const
  const cases = streams.flatMap(([fault, what, ends]) => framings.map((framing) => [fault, what, framing, ends[framing]] as const))

  test.each(cases)('%s: %s, by %s', (_, what, framing, ending) => {
    const weighed = rows.filter((row) => row.what === `${what}, ${framing}`)
    expect(weighed.map(({ how, ending, events, text }) => ({ how, ending, events, text }))).toEqual([
      { how: 'run()', ...ending },
      { how: 'stream()', ...ending },
    ])
    for (const { grown, sent } of weighed) {
      expect(grown).toBeLessThan(32)
      // What is over the limit is not read any further; one chunk with everything in it is 36 MiB.
      expect(sent).toBeLessThan(40)
    }
  })
})

describe('of a text without measure a cold stream keeps', () => {
  const grown = (how: string): number => rows.find((row) => row.what === '64 MiB of text' && row.how === how)?.grown ?? Number.NaN

  test('all of it, for the error of a stream that breaks', () => expect(grown('all characters')).toBeGreaterThan(60))
  test.each(['the last 1,000', 'none'])('%s, when told so', (how) => expect(grown(how)).toBeLessThan(4))
})
