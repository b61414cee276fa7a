import { afterEach, expect, test, vi } from 'vitest'
import { agentorSocketTransport, createAgentClient, immediately, type RunInput, selectText, selectToolCalls } from '../src/index.ts'
import { agentor } from '../src/wire.ts'
import { failOnUnhandled } from './support.ts'
import { type Conduct, type FaultyServer, type Line, serveFaults } from './websocket-server.ts'

failOnUnhandled()

const servers: FaultyServer[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const server of servers.splice(0)) server.close()
})

const none = { message: null, chunk: null, tool_action: null, reasoning: null, raw_event: null }
/** As Agentor writes it: over several lines, with a line end behind. */
const object = (more: object): string => `${JSON.stringify({ type: 'run_item_stream_event', ...none, ...more }, null, 2)}\n`
const pieces = ['Fair ', 'winds.'].map((chunk) => object({ type: 'raw_response_event', chunk }))
const reply = object({ message: 'Fair winds.' })
const called = object({ tool_action: { name: 'tide', type: 'tool_called' } })
const answered = object({ message: '4.2', tool_action: { name: 'tide', type: 'tool_output' } })

const sends =
  (...texts: string[]) =>
  (line: Line): void => {
    for (const text of texts) line.text(text)
  }

async function start(conduct: Conduct, input: RunInput = 'How is the wind?') {
  const server = await serveFaults([conduct])
  servers.push(server)
  const client = createAgentClient({ url: server.url, protocol: agentor, transport: agentorSocketTransport({ turnIdleMs: 20 }), retry: false })
  return { server, run: client.run(input, { schedule: immediately }) }
}

async function endOf(conduct: Conduct, input?: RunInput) {
  const { server, run } = await start(conduct, input)
  const error: unknown = await run.result().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const state = run.getSnapshot()
  return { asked: server.openings, error, status: state.status, output: state.output, text: selectText(state) }
}

test('the prompt is the first message; a reply that nothing follows is the end, though the socket stays open', async () => {
  expect(await endOf(sends(called, answered, ...pieces, reply))).toEqual({
    asked: [{ text: 'How is the wind?' }],
    error: undefined,
    status: 'completed',
    output: 'Fair winds.',
    text: 'Fair winds.',
  })
})

test('of a conversation only what is asked now is sent', async () => {
  const history = [
    { role: 'user', text: 'Hi' },
    { role: 'assistant', text: 'Ahoy' },
  ] as const
  const { asked } = await endOf(sends(reply), { description: 'And now?', history })
  expect(asked).toEqual([{ text: 'And now?' }])
})

test('a socket that is closed in order behind a reply ends the run at once', async () => {
  const { status } = await endOf((line) => {
    sends(...pieces, reply)(line)
    line.close(1000)
  })
  expect(status).toBe('completed')
})

test.each([
  ['cut', (line) => line.cut()],
  ['closed after a failure', (line) => line.close(1011)],
  ['closed in order before any reply', (line) => line.close(1000)],
] satisfies [string, Conduct][])('an answer that is %s is truncated, and keeps its text', async (_, end) => {
  const { error, status, text } = await endOf(async (line) => {
    sends(...pieces)(line)
    await end(line)
  })
  expect({ error, status, text }).toMatchObject({ error: { code: 'interrupted' }, status: 'truncated', text: 'Fair winds.' })
})

test('a tool that takes its time is waited for: its call is no last word', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const { server, run } = await start(sends(called))
  await vi.waitFor(() => expect(selectToolCalls(run.getSnapshot())).toHaveLength(1))
  vi.advanceTimersByTime(60_000)
  expect(run.getSnapshot().status).toBe('streaming')
  for (const text of [answered, reply]) server.lines[0]?.text(text)
  await vi.waitFor(() => expect(selectText(run.getSnapshot())).toBe('Fair winds.'))
  vi.advanceTimersByTime(40)
  expect(await run.result()).toMatchObject({ status: 'completed', output: 'Fair winds.' })
})
