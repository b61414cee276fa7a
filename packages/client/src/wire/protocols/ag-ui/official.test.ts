/** The official client reads what we write: its verification accepts every run, and it shows the same messages and state. */
import { HttpAgent } from '@ag-ui/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AgentEvent, agUi, createAgUi, sse } from '../../../wire.ts'

const utf8 = new TextEncoder()

/** A run as the client of AG-UI sees it when our server sends these events. */
async function runOf(events: readonly AgentEvent[], protocol = agUi) {
  const encoder = protocol.encoder()
  const frames = [...events.flatMap((event) => encoder.push({ id: 'epoch-1', event })), ...encoder.end()]
  const body = utf8.encode(frames.map(sse.encode).join(''))
  const errors: string[] = []
  const agent = new HttpAgent({
    url: 'https://agent.test/',
    threadId: 't-1',
    fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  })
  const types: string[] = []
  let rejected: unknown
  try {
    await agent.runAgent(
      { runId: 'r-1' },
      {
        onEvent: ({ event }) => {
          types.push(event.type)
        },
        onRunErrorEvent: ({ event }) => {
          errors.push(event.message)
        },
      },
    )
  } catch (error) {
    rejected = error
  }
  const messages = agent.messages.map(({ id: _, ...message }) => message)
  return { messages, state: agent.state, errors, types, rejected, sent: frames.map(({ data }) => JSON.parse(data).type) }
}

const token = (content: string): AgentEvent => ({ type: 'token', content })
const end: readonly AgentEvent[] = [
  { type: 'result', output: { hour: 6 }, success: true },
  { type: 'completed', success: true },
]

test('text, reasoning, two tools of which one fails, steps and state become its messages and its state', async () => {
  const { messages, state, rejected } = await runOf([
    { type: 'started', timestamp: '2026-03-04T09:15:00Z' },
    { type: 'step_started', step_name: 'look' },
    { type: 'iteration_start', iteration: 1 },
    { type: 'thinking_token', content: 'The ' },
    { type: 'thinking_token', content: 'moon.' },
    token('Let me '),
    token('look.'),
    { type: 'tool_call_delta', tool_call: { id: 'c-1', index: 0, function: { name: 'tide', arguments: '{"port"' } } },
    { type: 'tool_call_delta', tool_call: { id: 'c-1', index: 0, function: { arguments: '{"port":"Ys"}' } } },
    { type: 'tool_call_delta', tool_call: { id: 'c-2', index: 1, function: { name: 'chart' } }, arguments_delta: '{}' },
    { type: 'tool_call', tool_name: 'tide', parameters: { port: 'Ys' } },
    { type: 'tool_call', tool_name: 'chart', parameters: {} },
    { type: 'tool_result', tool_name: 'tide', result: { hour: 6 } },
    { type: 'tool_error', tool_name: 'chart', error: 'fog' },
    { type: 'custom', name: 'state', data: { ports: ['Ys'] } },
    { type: 'custom', name: 'state', data: { ports: ['Ys', 'Vineta'] }, patch: [{ op: 'add', path: '/ports/-', value: 'Vineta' }] },
    { type: 'iteration_start', iteration: 2 },
    token('At six.'),
    { type: 'step_completed', step_name: 'look' },
    ...end,
  ])
  expect(rejected).toBeUndefined()
  expect(state).toEqual({ ports: ['Ys', 'Vineta'] })
  expect(messages).toEqual([
    { role: 'reasoning', content: 'The moon.' },
    {
      role: 'assistant',
      content: 'Let me look.',
      toolCalls: [
        { id: 'c-1', type: 'function', function: { name: 'tide', arguments: '{"port":"Ys"}' } },
        { id: 'c-2', type: 'function', function: { name: 'chart', arguments: '{}' } },
      ],
    },
    { role: 'tool', toolCallId: 'c-1', content: '{"hour":6}' },
    { role: 'tool', toolCallId: 'c-2', content: 'fog' },
    { role: 'assistant', content: 'At six.' },
  ])
})

test('what another AG-UI server sent goes on to its client: the same messages, state and activities', async () => {
  const answer = { id: 'm-2', role: 'assistant', content: 'At six.', toolCalls: [{ id: 'c-1', type: 'function', function: { name: 'tide', arguments: '{}' } }] }
  const decoder = agUi.decoder()
  const theirs = [
    { type: 'RUN_STARTED', threadId: 't-1', runId: 'r-1' },
    {
      type: 'MESSAGES_SNAPSHOT',
      messages: [{ id: 'm-1', role: 'user', content: 'When?' }, answer, { id: 'x', role: 'tool', content: '6', toolCallId: 'c-1' }],
    },
    { type: 'ACTIVITY_SNAPSHOT', messageId: 'a-1', activityType: 'PLAN', content: { done: 0 } },
    { type: 'ACTIVITY_DELTA', messageId: 'a-1', activityType: 'PLAN', patch: [{ op: 'replace', path: '/done', value: 1 }] },
    { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/hour', value: 6 }] },
    { type: 'RUN_FINISHED', threadId: 't-1', runId: 'r-1' },
  ]
  const { messages, state, rejected } = await runOf(theirs.flatMap((event) => decoder.push({ data: JSON.stringify(event) })))
  expect({ state, rejected }).toEqual({ state: { hour: 6 }, rejected: undefined })
  expect(messages).toEqual([
    { role: 'user', content: 'When?' },
    { role: 'assistant', content: 'At six.', toolCalls: answer.toolCalls },
    { role: 'tool', content: '6', toolCallId: 'c-1' },
    { role: 'activity', activityType: 'PLAN', content: { done: 1 } },
  ])
})

test('messages of others, with pictures in them, and activities go on to its client, too', async () => {
  const picture = [
    { type: 'text', text: 'What is this?' },
    { type: 'image', source: { type: 'url', value: 'https://x.test/a.png', mimeType: 'image/png' } },
  ]
  const decoder = agUi.decoder()
  const theirs = [
    { type: 'RUN_STARTED', threadId: 't-1', runId: 'r-1' },
    {
      type: 'MESSAGES_SNAPSHOT',
      messages: [
        { id: 'm-1', role: 'user', content: picture },
        { id: 'a-1', role: 'activity', activityType: 'PLAN', content: { done: 0 } },
      ],
    },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm-2', role: 'system', delta: 'Be brief.' },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm-3', role: 'assistant', delta: 'A buoy.' },
    { type: 'RUN_FINISHED', threadId: 't-1', runId: 'r-1' },
  ]
  const { messages, rejected } = await runOf(theirs.flatMap((event) => decoder.push({ data: JSON.stringify(event) })))
  expect(rejected).toBeUndefined()
  expect(messages).toEqual([
    { role: 'user', content: picture },
    { role: 'activity', activityType: 'PLAN', content: { done: 0 } },
    { role: 'assistant', content: 'A buoy.' },
    { role: 'system', content: 'Be brief.' },
  ])
})

test('a run is named as its client named it', async () => {
  const frames = createAgUi({ threadId: 't-9', runId: 'r-9' })
    .encoder()
    .push({ id: 'epoch-1', event: token('x') })
  expect(frames.map(({ data }) => JSON.parse(data)).slice(0, 2)).toEqual([
    { type: 'RUN_STARTED', threadId: 't-9', runId: 'r-9' },
    { type: 'TEXT_MESSAGE_START', messageId: 'r-9-message-1', role: 'assistant' },
  ])
})

describe('whatever ends a run', () => {
  test('an error is its error', async () => {
    const { errors, messages } = await runOf([token('Half'), { type: 'error', error: 'The harbour is closed' }])
    expect({ errors, messages }).toEqual({ errors: ['The harbour is closed'], messages: [{ role: 'assistant', content: 'Half' }] })
  })
  test('a stream that was cut is an error', async () => expect((await runOf([token('Half')])).errors).toEqual(['The run ended before its answer did']))
  test('a stop is a stop', async () => {
    const { errors, rejected, types } = await runOf([token('Half'), { type: 'cancelled', reason: 'enough' }])
    expect([errors, rejected, types.at(-1)]).toEqual([[], undefined, 'RUN_FINISHED'])
  })
  test('a result that was no success is an error with its reason', async () =>
    expect((await runOf([{ type: 'result', output: 'x', success: false, reason: 'turns' }, ...end.slice(1)])).errors).toEqual(['turns']))
})

const dawp = { loop_scope: { kind: 'dawp', run_id: 'd-1' } }
const call = (id: string | undefined, index: number, name?: string) => ({ ...(id ? { id } : {}), index, function: name ? { name } : {} })
/** What can stand in a run in any order, however odd. */
const anyEvent = fc.constantFrom<AgentEvent>(
  { type: 'started', agent: 'x', timestamp: '2026-03-04T09:15:00.125000' },
  { type: 'status', status: 'on', loop_scope: null, timestamp: null },
  { type: 'iteration_start', iteration: 1 },
  token('a'),
  token(''),
  { ...token('b'), metadata: null, timestamp: '2026-03-04T09:15:00.125000', message_id: 'm-1' },
  { ...token('c'), ...dawp },
  { type: 'thinking_token', content: 'd' },
  { type: 'thinking_token', content: 'e', message_id: 'm-1' },
  { type: 'tool_call_delta', tool_call: call('c-1', 0, 'tide'), arguments_delta: '{' },
  { type: 'tool_call_delta', tool_call: call(undefined, 1, 'chart') },
  { type: 'tool_call_delta', tool_call: call(undefined, 1), arguments_delta: '}' },
  { type: 'tool_calls_ready', tool_calls: [call('c-1', 0, 'tide')] },
  { type: 'tool_call', tool_name: 'tide', parameters: null, tool_call_id: 'c-1' },
  { type: 'tool_call', tool_name: 'chart', operation: 'read' },
  { type: 'tool_call', tool_name: 'tide', parameters: {}, ...dawp },
  { type: 'tool_result', tool_name: 'tide', result: null },
  { type: 'tool_result', tool_name: 'chart', result: { a: null }, tool_call_id: 'c-1' },
  { type: 'tool_error', tool_name: 'chart', error: '' },
  { type: 'step_started', step_name: 'look' },
  { type: 'step_completed', step_name: 'look', success: false },
  { type: 'dawp_run_started', run_id: 'd-1' },
  { type: 'usage', input_tokens: 1, output_tokens: null },
  { type: 'approval_request', approval_id: 'p', tool_name: 'tide', parameters: {} },
  { type: 'custom', name: 'state', data: null },
  { type: 'custom', name: 'state', data: [1], patch: [{ op: 'add', path: '', value: [1] }] },
  { type: 'custom', name: 'raw', data: null, source: null },
  { type: 'custom', name: 'raw', data: {}, source: 'model' },
  { type: 'custom', name: 'messages', data: 'odd' },
  ...[
    { id: 'm', role: 'assistant' },
    { id: 'm', role: 'assistant', content: null },
    { id: 'm', role: 'user', content: [{ type: 'text' }] },
    { id: 'm', role: 'tool', content: 'x' },
    { id: 'm', role: 'captain', content: 'x' },
    { id: 'm', role: 'assistant', toolCalls: [{ id: 'c', type: 'function', function: {} }] },
    { role: 'user', content: 'x' },
    {
      id: 'm',
      role: 'user',
      content: [
        { type: 'text', text: 'x' },
        { type: 'image', source: { type: 'url', value: 'x' } },
      ],
    },
    { id: 'm', role: 'user', content: [{ type: 'image', source: { type: 'data', value: 'x' } }] },
    { id: 'm', role: 'activity', activityType: 'PLAN', content: {} },
    { id: 'm', role: 'activity', activityType: 'PLAN', content: [] },
  ].map((message) => ({ type: 'custom' as const, name: 'messages', data: [message] })),
  { type: 'custom', name: 'REASONING_ENCRYPTED_VALUE', data: { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'message', entityId: 'm-1', encryptedValue: 'x' } },
  { type: 'custom', name: 'REASONING_ENCRYPTED_VALUE', data: { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'odd', entityId: 'm-1', encryptedValue: 'x' } },
  { type: 'custom', name: 'agentstream', data: { type: 'token' } },
  { type: 'custom', name: 'message', data: { id: 'm-1', role: 'user', content: 'x' } },
  { type: 'custom', name: 'message', data: { id: 'm-2', role: 'system', content: '' } },
  { type: 'custom', name: 'message', data: { id: 'm-1', role: 'assistant', content: 'x' } },
  { type: 'custom', name: 'activity/a-1', data: { message_id: 'a-1', activity_type: 'PLAN', content: {} } },
  { type: 'custom', name: 'activity/a-1', data: { message_id: 'a-2' } },
  { type: 'result', output: null, success: null },
  { type: 'result', output: { a: null }, success: false, reason: null },
  { type: 'completed', success: true },
  { type: 'completed', success: true, ...dawp },
  { type: 'cancelled', reason: null, by: 'user' },
  { type: 'error', error: '', code: null, retryable: true },
)

test('its verification accepts any run of ours, and passes on every event', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 16 }), async (events) => {
      const { rejected, errors, types, sent } = await runOf(events)
      expect(types).toEqual(sent)
      // An error of the run is told by the run; anything else would be one that the client made.
      expect(sent.at(-1) === 'RUN_ERROR' ? errors.length : rejected).toBe(sent.at(-1) === 'RUN_ERROR' ? 1 : undefined)
    }),
    { numRuns: 400 },
  )
})
