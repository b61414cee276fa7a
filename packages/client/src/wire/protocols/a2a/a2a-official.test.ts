/** What we write, as the official clients read it: the JSON-RPC transports of 1.0 and of 0.3 of @a2a-js/sdk 1.3.0. */
import { AgentCard, type Part, SendMessageRequest, StreamResponse, TaskState } from '@a2a-js/sdk'
import { JsonRpcTransportFactory, type Transport } from '@a2a-js/sdk/client'
import { LegacyJsonRpcTransport } from '@a2a-js/sdk/compat/v0_3/client'
import { describe, expect, test } from 'vitest'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { sse } from '../../frames/sse.ts'
import type { TwoWayProtocol } from '../protocol.ts'
import { type A2aOptions, createA2a, createA2aV1 } from './a2a.ts'

interface Version {
  readonly name: string
  readonly create: (options: A2aOptions) => TwoWayProtocol
  readonly transport: (fetchImpl: typeof fetch) => Promise<Transport>
}
const endpoint = 'https://agent.example/a2a'
const versions: readonly Version[] = [
  { name: '0.3', create: createA2a, transport: async (fetchImpl) => new LegacyJsonRpcTransport({ endpoint, fetchImpl }) },
  { name: '1.0', create: createA2aV1, transport: (fetchImpl) => new JsonRpcTransportFactory({ fetchImpl }).create(endpoint, AgentCard.fromJSON({})) },
]

function framesOf(protocol: TwoWayProtocol, events: readonly AgentEvent[]): string[] {
  const encoder = protocol.encoder()
  return [...events.flatMap((event, at) => encoder.push({ id: `run-${at + 1}`, event })), ...encoder.end()].map(({ data }) => data)
}

/** The payloads an official client gives for a run of ours. */
async function read({ create, transport }: Version, events: readonly AgentEvent[]) {
  const client = await transport(async (_url, init) => {
    const { id } = JSON.parse(String(init?.body))
    const protocol = create({ requestId: id, contextId: 'context-7', now: () => Date.UTC(2026, 2, 4, 9, 15) })
    const body = framesOf(protocol, events).map((data) => sse.encode({ data }))
    return new Response(body.join(sse.heartbeat), { headers: { 'content-type': sse.contentType } })
  })
  const message = { messageId: 'm-1', role: 'ROLE_USER', parts: [{ text: 'When is high water?' }] }
  const payloads: NonNullable<StreamResponse['payload']>[] = []
  for await (const { payload } of client.sendMessageStream(SendMessageRequest.fromJSON({ message }))) if (payload) payloads.push(payload)
  return payloads
}

type Payload = Awaited<ReturnType<typeof read>>[number]
const textIn = (parts: readonly Part[] = []): string => parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')
const artifacts = (payloads: readonly Payload[]) => payloads.flatMap((payload) => (payload.$case === 'artifactUpdate' ? [payload.value] : []))
const statuses = (payloads: readonly Payload[]) => payloads.flatMap((payload) => (payload.$case === 'statusUpdate' ? [payload.value.status] : []))

const tools: readonly AgentEvent[] = [
  { type: 'started' },
  { type: 'token', content: 'Let me look. ' },
  { type: 'tool_call', tool_name: 'tide', parameters: { port: 'Brest' }, tool_call_id: 'c1' },
  { type: 'tool_result', tool_name: 'tide', result: 'secret of the tool', success: true, tool_call_id: 'c1' },
  { type: 'tool_error', tool_name: 'chart', error: 'fog', tool_call_id: 'c2' },
  { type: 'file', media_type: 'image/png', data: 'AAEC', name: 'chart.png' },
  { type: 'token', content: 'High water at 14:05.', timestamp: '2026-03-04T09:15:02.000Z' },
  { type: 'result', output: 'High water at 14:05.', success: true },
  { type: 'completed', success: true, timestamp: '2026-03-04T09:15:03.000Z' },
]

describe.each(versions)('the official client of $name', (version) => {
  test('reads the task first, the answer as one artifact that grows and is closed, and the last status with a time', async () => {
    const payloads = await read(version, tools)
    expect(payloads[0]).toMatchObject({ $case: 'task', value: { id: 'run', contextId: 'context-7', status: { state: TaskState.TASK_STATE_WORKING } } })
    const answer = artifacts(payloads).filter(({ artifact }) => artifact?.artifactId === 'run-answer')
    expect(answer.map(({ append, lastChunk }) => [append, lastChunk])).toEqual([
      [false, false],
      [true, false],
      [true, true],
    ])
    expect(answer.map(({ artifact }) => textIn(artifact?.parts)).join('')).toBe('Let me look. High water at 14:05.')
    expect(payloads.at(-1)).toMatchObject({
      $case: 'statusUpdate',
      value: { taskId: 'run', status: { state: TaskState.TASK_STATE_COMPLETED, timestamp: '2026-03-04T09:15:03.000Z' } },
    })
    expect(statuses(payloads).every((status) => status?.timestamp !== undefined)).toBe(true)
  })
  test('reads what tools say as data apart from the answer, and a file as a file', async () => {
    const payloads = await read(version, tools)
    expect(JSON.stringify(artifacts(payloads))).not.toContain('secret of the tool')
    const data = statuses(payloads).flatMap(
      (status) => status?.message?.parts.map(({ content }) => (content?.$case === 'data' ? content.value : undefined)) ?? [],
    )
    expect(data.map(({ type }) => type)).toEqual(['started', 'tool_call', 'tool_result', 'tool_error', 'result'])
    const [file] = artifacts(payloads).filter(({ artifact }) => artifact?.artifactId === 'run-file-1')
    expect(file).toMatchObject({
      lastChunk: true,
      artifact: { name: 'chart.png', parts: [{ filename: 'chart.png', mediaType: 'image/png', content: { $case: 'raw' } }] },
    })
  })
  test.each([
    [{ type: 'error', error: 'The gauge is dry.', code: 'gauge' }, TaskState.TASK_STATE_FAILED, 'The gauge is dry.'],
    [{ type: 'completed', success: false }, TaskState.TASK_STATE_FAILED, 'The agent reported that it did not succeed'],
    [{ type: 'cancelled', reason: 'Enough.', by: 'user' }, TaskState.TASK_STATE_CANCELED, 'Enough.'],
  ] satisfies [AgentEvent, TaskState, string][])('reads %j as a state with a message', async (event, state, said) => {
    const status = statuses(await read(version, [{ type: 'token', content: 'High ' }, event])).at(-1)
    expect(status?.state).toBe(state)
    expect(status?.message?.messageId).toBeTruthy()
    expect(textIn(status?.message?.parts)).toBe(said)
  })
  test('reads an approval as input that is required, and the run goes on after it', async () => {
    const payloads = await read(version, [
      { type: 'approval_request', approval_id: 'a1', tool_name: 'open_lock', parameters: {} },
      { type: 'approval_response', approval_id: 'a1', approved: true },
      ...tools.slice(-3),
    ])
    expect(statuses(payloads).map((status) => status?.state)).toEqual([
      TaskState.TASK_STATE_INPUT_REQUIRED,
      TaskState.TASK_STATE_WORKING,
      TaskState.TASK_STATE_WORKING,
      TaskState.TASK_STATE_COMPLETED,
    ])
    expect(textIn(statuses(payloads)[0]?.message?.parts)).toContain('open_lock')
  })
  test.each([
    ['High water.', { $case: 'text', value: 'High water.' }],
    [{ metres: 4 }, { $case: 'data', value: { metres: 4 } }],
    [[4], { $case: 'text', value: '[4]' }],
  ])('reads an output that was never said: %j', async (output, content) => {
    const payloads = await read(version, [{ type: 'result', output, success: true }])
    expect(artifacts(payloads)).toMatchObject([{ append: false, lastChunk: true, artifact: { parts: [{ content }] } }])
    expect(statuses(payloads).at(-1)?.state).toBe(TaskState.TASK_STATE_COMPLETED)
  })
  test('reads no last status for a run that was cut', async () => {
    expect(statuses(await read(version, tools.slice(0, 4))).map((status) => status?.state)).not.toContain(TaskState.TASK_STATE_COMPLETED)
  })
})

test('every frame of 1.0 has only members that the official codec knows', () => {
  const runs: AgentEvent[][] = [[...tools], [{ type: 'error', error: 'x' }], [{ type: 'approval_request', approval_id: 'a', tool_name: 't' }]]
  for (const data of runs.flatMap((run) => framesOf(createA2aV1(), run))) {
    const { result } = JSON.parse(data)
    // The codec leaves out what is false or empty by default.
    const plain = JSON.parse(JSON.stringify(result), (key, value) =>
      ((key === 'append' || key === 'lastChunk') && value === false) || (key === 'artifacts' && value.length === 0) ? undefined : value,
    )
    expect(StreamResponse.toJSON(StreamResponse.fromJSON(result))).toEqual(plain)
  }
})
test('the same run is the same bytes each time, and a time only where its event tells one', () => {
  const first = framesOf(createA2a(), tools)
  expect(framesOf(createA2a(), tools)).toEqual(first)
  expect(first.filter((data) => data.includes('"status":') && data.includes('"timestamp":"'))).toHaveLength(1)
})
