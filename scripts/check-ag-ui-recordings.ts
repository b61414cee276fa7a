/**
 * Runs recorded AG-UI streams, kept outside this repository, through our protocol and prints the shares that agree with what the
 * official client makes of them: `node scripts/run.mjs --conditions=agentstream-source scripts/check-ag-ui-recordings.ts <folder>`.
 * The folder holds `cases.json`. Every run is read by our decoder and written again by our encoder; the official client, given
 * what we wrote, must end with the messages and the state that it had of the recording. What it accepts, we have to accept; runs
 * that it refuses for their order are shown beside what we make of them.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { isDeepStrictEqual } from 'node:util'
import { HttpAgent } from '@ag-ui/client'
import { type AgentEvent, agUi, createAgUi, isAgentStreamError, pipe, sse, watchEnding } from '@agentstream/client/wire'

interface Message {
  readonly id: string
}
interface Case {
  readonly id: string
  readonly events?: readonly object[]
  readonly body?: string
  readonly schemaValid?: readonly boolean[]
  readonly expected?: { readonly ok: boolean; readonly error: string | null; readonly messages: readonly Message[]; readonly state: unknown }
}

const utf8 = new TextEncoder()
/** The Dart SDK's own event: the official client passes over it, we read it, and so it is no fair comparison. */
const known = ({ events = [] }: Case): readonly object[] => events.filter((event) => !('type' in event && event.type === 'THINKING_CONTENT'))
const bodyOf = ({ events = [], body }: Pick<Case, 'events' | 'body'>): Uint8Array =>
  utf8.encode(body ?? events.map((event) => sse.encode({ data: JSON.stringify(event) })).join(''))

interface Heard {
  readonly events: readonly AgentEvent[]
  readonly outcome: string
}

/** As the official client reads: to the end of the stream. */
const toTheEnd = createAgUi({ endsWith: 'stream' })

function hear(bytes: Uint8Array, protocol = agUi): Heard {
  const stage = pipe(sse.decoder(), protocol.decoder())
  const ending = watchEnding()
  const events: AgentEvent[] = []
  const take = (batch: readonly AgentEvent[]): void => {
    events.push(...batch)
    batch.forEach(ending.see)
  }
  try {
    for (let at = 0; at < bytes.length; at += 7) take(stage.push(bytes.subarray(at, at + 7)))
    take(stage.end())
    return { events, outcome: ending.outcome({}) }
  } catch (error) {
    if (!isAgentStreamError(error)) throw error
    return { events, outcome: `refused: ${error.message}` }
  }
}

/** What the official client has in the end of a run that we wrote. */
async function shownOf(events: readonly AgentEvent[]): Promise<{ messages: readonly Message[]; state: unknown; error: string | undefined }> {
  const encoder = agUi.encoder()
  const frames = [...events.flatMap((event, at) => encoder.push({ id: `run-${at + 1}`, event })), ...encoder.end()]
  const headers = { 'content-type': 'text/event-stream' }
  const agent = new HttpAgent({ url: 'https://agent.test/', fetch: async () => new Response(frames.map(sse.encode).join(''), { headers }) })
  let error: string | undefined
  await agent.runAgent().catch((thrown: unknown) => {
    error = String(thrown)
  })
  return { messages: agent.messages, state: agent.state, error }
}

/** Ids are made anew where a protocol in between has no place for them; the order tells which is which. */
const nameless = (messages: readonly Message[]): unknown => messages.map(({ id: _, ...message }) => JSON.parse(JSON.stringify(message)))

const folder = process.argv[2]
if (!folder) throw new Error('Name the folder of the recordings')
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'))

const shapes = cases.filter(({ expected }) => !expected)
const events = shapes.flatMap(({ id, events: all = [], schemaValid = [] }) => all.map((event, at) => ({ id, event, isValid: schemaValid[at] === true })))
const read = events.filter(({ event }) => !hear(bodyOf({ events: [event] })).outcome.startsWith('refused'))
const valid = events.filter(({ isValid }) => isValid)
console.log(`events of the schema: ${read.filter(({ isValid }) => isValid).length} of ${valid.length} valid ones are read`)
for (const { id, event } of valid.filter((one) => !read.includes(one))) console.log(`  ${id}: ${hear(bodyOf({ events: [event] })).outcome}`)

const runs = cases.flatMap((one) => (one.expected ? [{ ...one, expected: one.expected }] : []))
const accepted = runs.filter(({ expected }) => expected.ok)
for (const [reading, protocol] of [
  ['to the end of the run', agUi],
  ['to the end of the stream', toTheEnd],
] as const) {
  let agreed = 0
  const notes: string[] = []
  for (const one of accepted) {
    const heard = hear(bodyOf(one.body === undefined ? { events: known(one) } : one), protocol)
    const shown = await shownOf(heard.events)
    const views = {
      messages: [nameless(shown.messages), nameless(one.expected.messages)],
      state: [shown.state, one.expected.state],
      outcome: [heard.outcome, 'completed'],
    }
    const differs = Object.entries(views).filter(([, [ours, theirs]]) => !isDeepStrictEqual(ours, theirs))
    if (differs.length === 0) agreed++
    for (const [name, [ours, theirs]] of differs) notes.push(`${one.id}: ${name} ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`)
  }
  console.log(`runs it accepts, read ${reading}: ${agreed} of ${accepted.length} agree`)
  for (const note of notes) console.log(`  ${note}`)
  if (protocol === toTheEnd && agreed < accepted.length) process.exitCode = 1
}
console.log('runs it refuses:')
for (const one of runs.filter(({ expected }) => !expected.ok)) console.log(`  ${one.id}: ${one.expected.error} Ours: ${hear(bodyOf(one)).outcome}`)
