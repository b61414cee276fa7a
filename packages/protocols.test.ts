import { readFileSync } from 'node:fs'
import {
  a2aLosses,
  agenticraftLosses,
  agenticraftTextLosses,
  agentorLosses,
  agUiLosses,
  type EventType,
  eventSchemas,
  type LossTable,
  uiMessageStreamLosses,
} from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { toUseChat } from '../docs/examples/transcode.ts'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const page = new URL('docs/protocols.md', root).pathname

const types = Object.keys(eventSchemas) as EventType[]
const tables: readonly LossTable[] = [
  { protocol: 'aiecs', events: {}, others: 'kept' },
  agUiLosses,
  uiMessageStreamLosses,
  a2aLosses,
  agentorLosses,
  agenticraftLosses,
  agenticraftTextLosses,
]
const fateIn = (table: LossTable, type: EventType): string => table.events[type] ?? table.others

function fates(table: LossTable): string {
  const told = Object.entries(table.events)
  const rows = told.map(([type, fate]) => `| \`${type}\` | ${fate} |`)
  const others = told.length === 0 ? 'Every event is kept as it is.' : `Every other event is ${table.others}.`
  return [`### ${table.protocol}`, ...(rows.length > 0 ? [['| event | what becomes of it |', '|---|---|', ...rows].join('\n')] : []), others].join('\n\n')
}

/** A pair loses what either of the two loses, and changes what either changes. */
function pair(from: LossTable, to: LossTable): string {
  const both = types.map((type) => [fateIn(from, type), fateIn(to, type)])
  const lost = both.filter((pairOf) => pairOf.includes('lost')).length
  const changed = both.filter((pairOf) => !pairOf.includes('lost') && pairOf.some((fate) => fate !== 'kept')).length
  if (lost + changed === 0) return 'all kept'
  return [...(lost > 0 ? [`${lost} lost`] : []), ...(changed > 0 ? [`${changed} changed`] : [])].join(', ')
}

function pairs(): string {
  const names = tables.map(({ protocol }) => protocol)
  const rows = tables.map((from) => `| **${from.protocol}** | ${tables.map((to) => pair(from, to)).join(' | ')} |`)
  const head = [`| from ↓ to → | ${names.join(' | ')} |`, `|---|${names.map(() => '---|').join('')}`]
  const about = `Of the ${types.length} kinds of events, each pair loses what either of the two loses, and changes what either changes. What a source never says cannot be lost.`
  return ['### From one to another', about, [...head, ...rows].join('\n')].join('\n\n')
}

test('the page on protocols has the tables that the protocols are held to', async () => {
  const [before = '', , after = ''] = read('docs/protocols.md').split(/(?<=-u -->\n)([\s\S]*)(?=<!-- end -->)/)
  await expect(`${before}\n${[...tables.map(fates), pairs()].join('\n\n')}\n\n${after}`).toMatchFileSnapshot(page)
})

test('it shows code that compiles: its blocks are these files, to the letter', () => {
  const blocks = [...read('docs/protocols.md').matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1])
  expect(blocks).toEqual(['only-read', 'auto', 'transcode', 'model-stream'].map((name) => read(`docs/examples/${name}.ts`)))
})

test('its stream for useChat says what the AG-UI server said', async () => {
  const run = [
    '{"type":"RUN_STARTED","threadId":"t","runId":"r"}',
    '{"type":"TEXT_MESSAGE_CHUNK","messageId":"m","delta":"At six."}',
    '{"type":"RUN_FINISHED","threadId":"t","runId":"r"}',
  ]
  const text = await new Response(toUseChat(new Blob(run.map((data) => `data: ${data}\n\n`)).stream())).text()
  expect(text).toContain('{"type":"text-delta","id":"part-1","delta":"At six."}')
  expect(text.endsWith('data: {"type":"finish","finishReason":"stop"}\n\ndata: [DONE]\n\n')).toBe(true)
})
