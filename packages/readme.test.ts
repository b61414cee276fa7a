import { readFileSync } from 'node:fs'
import { createAgentClient } from '@agentstream/client'
import { createAgentHandler, createLLMAgent } from '@agentstream/edge'
import { scriptedProvider } from '@agentstream/edge/testing'
import type { Meter } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { tryItOut } from '../docs/examples/agent-test.ts'
import { loseTwoConnections } from '../docs/examples/faults.ts'
import { toOpenTelemetry } from '../docs/examples/open-telemetry.ts'
import { withTariff } from '../docs/examples/own-events.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

/** The code of a page, block by block, as it stands in the files that the type check compiles. */
const blocks = (page: string): string[] => [...read(page).matchAll(/^```tsx?\n(.*?)^```$/gms)].map((match) => match[1] ?? '')

test('the README shows code that compiles: its blocks are these files, to the letter', () => {
  expect(blocks('README.md')).toEqual(['docs/examples/serve.ts', 'docs/examples/read.ts', 'docs/examples/show.tsx'].map(read))
})

test.each([
  ['packages/client/README.md', 'docs/examples/read.ts'],
  ['packages/edge/README.md', 'docs/examples/serve.ts'],
])('%s shows code that compiles', (page, example) => expect(blocks(page)).toEqual([read(example)]))

test('the guide to agents shows code that compiles, and that does what it says', async () => {
  expect(blocks('docs/agents.md')).toEqual(['docs/examples/agents.ts', 'docs/examples/own-events.ts', 'docs/examples/agent-test.ts'].map(read))
  expect(await tryItOut()).toEqual({ status: 'completed', output: 'High water at 14:05.', tools: ['done'], workflow: true, integrity: 'verified' })
})

test('an event of one’s own, as the guide shows it, arrives in the state beside the answer', async () => {
  const pilot = createLLMAgent({ name: 'pilot', provider: scriptedProvider([['At 14:05.']]) })
  const handler = createAgentHandler({ agents: { pilot: withTariff(pilot, async (port) => (port === 'Brest' ? 12 : 0)) } })
  const client = createAgentClient({ url: 'http://in-process', fetch: (input, init) => handler(new Request(input, init)) })
  const { text, state } = await client.run({ description: 'When?', context: { port: 'Brest' } }).result()
  expect({ text, custom: state.custom, integrity: state.integrity }).toEqual({ text: 'At 14:05.', custom: { tariff: { euros: 12 } }, integrity: 'verified' })
})

test('the guide to deploying shows programs that compile, whole', () => {
  expect(blocks('docs/deploying.md')).toEqual(['agents', 'workers', 'deno', 'node', 'bun'].map((name) => read(`docs/examples/deploy/${name}.ts`)))
})

test('the guide to resuming shows code that compiles, and that does what it says', async () => {
  expect(blocks('docs/resuming.md')).toEqual(['docs/examples/faults.ts'].map(read))
  expect(await loseTwoConnections()).toEqual({ status: 'completed', text: 'High water at 14:05.', integrity: 'verified', attempts: 3 })
})

test('the guide to observing shows code that compiles, and that tells what it is told', () => {
  expect(blocks('docs/observability.md')).toEqual(['docs/examples/open-telemetry.ts'].map(read))
  const told: unknown[] = []
  const instrument = (name: string) => {
    const tell = (value: number, attributes = {}) => told.push([name, value, attributes])
    return { add: tell, record: tell }
  }
  // What is used of a meter.
  const meter = { createCounter: instrument, createHistogram: instrument, createUpDownCounter: instrument } as unknown as Meter
  const onMetric = toOpenTelemetry(meter)
  onMetric({ type: 'run_ended', runId: 'r', agent: 'harbour', outcome: 'completed', ms: 1500, events: 3, inputTokens: 5, outputTokens: 2 })
  expect(told).toEqual([
    ['agent.run.duration', 1.5, { agent: 'harbour', outcome: 'completed' }],
    ['agent.tokens', 5, { agent: 'harbour', kind: 'input' }],
    ['agent.tokens', 2, { agent: 'harbour', kind: 'output' }],
  ])
})

test('the README sends nobody to a file that is not there', () => {
  const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '')
  for (const link of links) expect(() => read(link)).not.toThrow()
  expect(links.length).toBeGreaterThan(0)
})
