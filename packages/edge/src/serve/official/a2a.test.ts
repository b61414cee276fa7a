/** The official A2A clients, unmodified, against our server: 1.0 of @a2a-js/sdk 1.3.0, its 0.3, and @a2a-js/sdk 0.3.14 itself. */
import { type Part, SendMessageRequest, type StreamResponse, type Task, TaskState } from '@a2a-js/sdk'
import { type Client, ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver, JsonRpcTransportFactory } from '@a2a-js/sdk/client'
import { LegacyJsonRpcTransport } from '@a2a-js/sdk/compat/v0_3/client'
import type { MessageSendParams } from '@a2a-js/sdk-v03'
import { ClientFactory as ClientFactory03 } from '@a2a-js/sdk-v03/client'
import { createAgentClient } from '@agentstream/client'
import { a2a, a2aV1 } from '@agentstream/client/wire'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { listen } from '../../../test/real-server.ts'

let server: Awaited<ReturnType<typeof listen>>
beforeEach(async () => {
  server = await listen()
})
afterEach(() => server.close())

type Calls = Pick<Client, 'sendMessage' | 'sendMessageStream' | 'getTask' | 'cancelTask' | 'resubscribeTask'>
const clients: readonly { readonly name: string; readonly connect: () => Promise<Calls> }[] = [
  { name: '1.0', connect: () => new ClientFactory().createFromUrl(`${server.url}/`) },
  { name: '0.3', connect: async () => new LegacyJsonRpcTransport({ endpoint: `${server.url}/a2a` }) },
]

let count = 0
const message = (text: string, more: object = {}, configuration?: object) =>
  SendMessageRequest.fromJSON({
    message: { messageId: `m-${++count}`, role: 'ROLE_USER', parts: [{ text }], ...more },
    ...(configuration ? { configuration } : {}),
  })

const textIn = (parts: readonly Part[] = []): string => parts.map(({ content }) => (content?.$case === 'text' ? content.value : '')).join('')
const isTask = (value: object): value is Task => 'status' in value
function asTask(value: object): Task {
  if (!isTask(value)) throw new Error('expected a task')
  return value
}
type Payload = NonNullable<StreamResponse['payload']>
async function readAll(stream: AsyncIterable<StreamResponse>): Promise<Payload[]> {
  const payloads: Payload[] = []
  for await (const { payload } of stream) if (payload) payloads.push(payload)
  return payloads
}
const answerOf = (payloads: readonly Payload[]) =>
  payloads.map((payload) => (payload.$case === 'artifactUpdate' ? textIn(payload.value.artifact?.parts) : '')).join('')
const eventsOf = (payloads: readonly Payload[]) =>
  payloads.flatMap((payload) =>
    payload.$case === 'statusUpdate'
      ? (payload.value.status?.message?.parts ?? []).flatMap(({ content }) => (content?.$case === 'data' ? [content.value] : []))
      : [],
  )
function taskOf([first]: readonly Payload[]) {
  if (first?.$case !== 'task') throw new Error('expected a task first')
  return { taskId: first.value.id, contextId: first.value.contextId }
}
const statesOf = (payloads: readonly Payload[]) => payloads.flatMap((payload) => (payload.$case === 'statusUpdate' ? [payload.value.status?.state] : []))

describe.each(clients)('S31: the official client of A2A $name', ({ connect }) => {
  test('streams text, reasoning, tools with their results and errors, and an end', async () => {
    const client = await connect()
    const payloads = await readAll(client.sendMessageStream(message('Tell me of tides', { contextId: 'harbour' })))
    expect(payloads[0]).toMatchObject({ $case: 'task', value: { contextId: 'harbour', status: { state: TaskState.TASK_STATE_WORKING } } })
    expect(answerOf(payloads)).toBe('Let me look. High water at six.')
    expect(eventsOf(payloads)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'thinking_token', content: 'The moon ' }),
        expect.objectContaining({ type: 'tool_call', tool_name: 'tide', parameters: { port: 'Brest' } }),
        expect.objectContaining({ type: 'tool_result', tool_name: 'tide' }),
        expect.objectContaining({ type: 'tool_error', tool_name: 'chart' }),
      ]),
    )
    expect(statesOf(payloads).at(-1)).toBe(TaskState.TASK_STATE_COMPLETED)
    const last = payloads.findLast((payload) => payload.$case === 'artifactUpdate')
    expect(last?.$case === 'artifactUpdate' && last.value.lastChunk).toBe(true)
  })

  test('sends, and gets the finished task; asking for it later gives the same', async () => {
    const client = await connect()
    const task = asTask(await client.sendMessage(message('Tell me of tides', { contextId: 'harbour' })))
    expect(task.contextId).toBe('harbour')
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED)
    expect(task.artifacts.map(({ parts }) => parts.map((part) => textIn([part])))).toEqual([['Let me look. High water at six.']])
    expect(await client.getTask({ tenant: '', id: task.id })).toEqual(task)
  })

  test('goes on with a conversation by its context, and hears which one when it named none', async () => {
    const client = await connect()
    const first = asTask(await client.sendMessage(message('one')))
    expect(first.contextId).toMatch(/^[0-9a-f-]{36}$/)
    const second = asTask(await client.sendMessage(message('two', { contextId: first.contextId })))
    expect(textIn(second.artifacts[0]?.parts)).toBe('You said 2: two')
    const other = asTask(await client.sendMessage(message('three')))
    expect(textIn(other.artifacts[0]?.parts)).toBe('You said 1: three')
  })

  test('a run that fails is a failed task with a message', async () => {
    const client = await connect()
    const payloads = await readAll(client.sendMessageStream(message('break')))
    const last = payloads.at(-1)
    expect(last).toMatchObject({ $case: 'statusUpdate', value: { status: { state: TaskState.TASK_STATE_FAILED } } })
    expect(last?.$case === 'statusUpdate' && textIn(last.value.status?.message?.parts)).toBe('The gauge is dry')
    const task = asTask(await client.sendMessage(message('break')))
    expect([task.status?.state, textIn(task.status?.message?.parts)]).toEqual([TaskState.TASK_STATE_FAILED, 'The gauge is dry'])
  })

  test('cancels: the model is stopped, and every watcher hears it', async () => {
    const client = await connect()
    const stream = client.sendMessageStream(message('wait'))
    const seen: Payload[] = []
    let again: AsyncGenerator<StreamResponse> | undefined
    for await (const { payload } of stream) {
      if (payload) seen.push(payload)
      if (payload?.$case !== 'artifactUpdate') continue
      const id = payload.value.taskId
      again ??= client.resubscribeTask({ tenant: '', id })
      expect((await again.next()).value).toMatchObject({ payload: { $case: 'task', value: { id } } })
      const cancelled = await client.cancelTask({ tenant: '', id, metadata: undefined })
      expect([cancelled.id, cancelled.status?.state]).toEqual([id, TaskState.TASK_STATE_CANCELED])
      break
    }
    expect(server.provider.calls.map(({ aborted }) => aborted)).toEqual([true])
    expect(statesOf(await readAll(again ?? stream)).at(-1)).toBe(TaskState.TASK_STATE_CANCELED)
  })

  test('a client that leaves stops its own run', async () => {
    const client = await connect()
    for await (const { payload } of client.sendMessageStream(message('wait'))) if (payload?.$case === 'artifactUpdate') break
    await vi.waitFor(() => expect(server.provider.calls.map(({ aborted }) => aborted)).toEqual([true]))
  })

  test('does not wait when told so: the task goes on without its client, can be followed and stopped', async () => {
    const client = await connect()
    const task = asTask(await client.sendMessage(message('wait', {}, { returnImmediately: true })))
    expect(task.status?.state).toBe(TaskState.TASK_STATE_WORKING)
    const following = client.resubscribeTask({ tenant: '', id: task.id })
    expect((await following.next()).value).toMatchObject({ payload: { $case: 'task', value: { id: task.id, contextId: task.contextId } } })
    expect(server.provider.calls.map(({ aborted }) => aborted)).toEqual([false])
    await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
    expect(statesOf(await readAll(following)).at(-1)).toBe(TaskState.TASK_STATE_CANCELED)
    expect((await client.getTask({ tenant: '', id: task.id })).status?.state).toBe(TaskState.TASK_STATE_CANCELED)
  })

  test.each([
    ['yes', 'paid'],
    ['no', undefined],
  ])('an approval is input that is required: %s', async (word, result) => {
    const client = await connect()
    const asking = asTask(await client.sendMessage(message('pay')))
    expect(asking.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    expect(textIn(asking.status?.message?.parts)).toContain('pay')
    const reply = { taskId: asking.id, contextId: asking.contextId }
    await expect(client.sendMessage(message('perhaps', reply))).rejects.toThrow(/yes or no/)
    const done = asTask(await client.sendMessage(message(word, reply)))
    expect([done.id, done.status?.state]).toEqual([asking.id, TaskState.TASK_STATE_COMPLETED])
    const tool = server.provider.calls.at(-1)?.request.messages.at(-1)
    if (result) expect(tool?.text).toContain(result)
    else expect(tool?.text).not.toContain('paid')
    await expect(client.sendMessage(message(word, reply))).rejects.toThrow(/over/)
  })

  test.each([
    ['yes', TaskState.TASK_STATE_COMPLETED],
    ['no', TaskState.TASK_STATE_COMPLETED],
  ])('a stream is over when it asks, and the answer brings the rest in another: %s', async (word, end) => {
    const client = await connect()
    const asking = await readAll(client.sendMessageStream(message('pay')))
    expect(statesOf(asking).at(-1)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    const { taskId, contextId } = taskOf(asking)
    expect((await client.getTask({ tenant: '', id: taskId })).status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    // Nobody watches now, and the run waits all the same.
    const following = client.resubscribeTask({ tenant: '', id: taskId })
    expect((await following.next()).value).toMatchObject({ payload: { $case: 'task', value: { id: taskId } } })
    const rest = await readAll(client.sendMessageStream(message(word, { taskId, contextId })))
    expect([statesOf(rest).at(-1), answerOf(rest)]).toEqual([end, 'High water at six.'])
    expect(statesOf(await readAll(following)).at(-1)).toBe(end)
  })

  test('a run that asks twice is answered twice, each time in a stream that ends with the next question', async () => {
    const client = await connect()
    const first = await readAll(client.sendMessageStream(message('pay twice')))
    const { taskId } = taskOf(first)
    const second = await readAll(client.sendMessageStream(message('yes', { taskId })))
    expect(statesOf(second).filter((state) => state === TaskState.TASK_STATE_INPUT_REQUIRED)).toHaveLength(2)
    expect(statesOf(second).at(-1)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    const task = asTask(await client.sendMessage(message('yes', { taskId })))
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED)
  })

  test('refusals are errors of their own kind', async () => {
    const client = await connect()
    await expect(client.getTask({ tenant: '', id: 'nobody' })).rejects.toMatchObject({ envelopeCode: -32001 })
    await expect(client.cancelTask({ tenant: '', id: 'nobody', metadata: undefined })).rejects.toMatchObject({ envelopeCode: -32001 })
    await expect(client.sendMessage(message('hi', { taskId: 'nobody' }))).rejects.toMatchObject({ envelopeCode: -32001 })
    await expect(readAll(client.sendMessageStream(message('hi', { taskId: 'nobody' })))).rejects.toMatchObject({ envelopeCode: -32001 })
    const { id } = asTask(await client.sendMessage(message('hi')))
    await expect(client.cancelTask({ tenant: '', id, metadata: undefined })).rejects.toMatchObject({ envelopeCode: -32002 })
    await expect(client.sendMessage(message('hi', { taskId: id }))).rejects.toMatchObject({ envelopeCode: -32004 })
  })
})

test('the card leads clients of either version to the same agent, and keeps the instructions to itself', async () => {
  const legacyCompat = { enabled: true }
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      cardResolver: new DefaultAgentCardResolver({ legacyCompat }),
      transports: [new JsonRpcTransportFactory({ legacyCompat })],
    }),
  )
  const client = await factory.createFromUrl(`${server.url}/`)
  const card = await client.getAgentCard()
  expect(card).toMatchObject({ name: 'pilot', description: 'Knows tides.', capabilities: { streaming: true, pushNotifications: false } })
  expect(card.supportedInterfaces.map(({ url, protocolVersion }) => [url, protocolVersion])).toEqual([
    [`${server.url}/a2a`, '1.0'],
    [`${server.url}/a2a`, '0.3'],
  ])
  expect(card.skills.map(({ id, tags }) => [id, tags])).toEqual([
    ['tide', ['tool']],
    ['chart', ['tool']],
    ['pay', ['tool']],
  ])
  expect(JSON.stringify(card)).not.toContain('Secret')
  expect(textIn(asTask(await client.sendMessage(message('hi'))).artifacts[0]?.parts)).toBe('You said 1: hi')
})

test.each([a2a, a2aV1])('our own client is told by the card what an agent is ($name)', async (protocol) => {
  for (const root of ['', '/agents/pilot']) {
    const info = await createAgentClient({ url: `${server.url}${root}/a2a`, protocol }).info()
    const card = await (await fetch(`${server.url}${root}/.well-known/agent-card.json`)).json()
    expect(info).toEqual({
      name: card.name,
      description: card.description,
      tools: card.skills.map(({ name, description }: { name: string; description: string }) => ({ name, description })),
      supportsStreaming: true,
    })
  }
})

test('a client that only knows 0.3 finds the agent by its card, streams, asks and cancels', async () => {
  const client = await new ClientFactory03().createFromUrl(`${server.url}/agents/pilot/`)
  const said = (text: string): MessageSendParams => ({ message: { kind: 'message', messageId: `m-${++count}`, role: 'user', parts: [{ kind: 'text', text }] } })
  const updates = []
  for await (const update of client.sendMessageStream(said('Tell me of tides'))) updates.push(update)
  expect(updates[0]).toMatchObject({ kind: 'task', status: { state: 'working' } })
  expect(updates.at(-1)).toMatchObject({ kind: 'status-update', final: true, status: { state: 'completed' } })
  const asked = []
  for await (const update of client.sendMessageStream(said('pay'))) asked.push(update)
  expect(asked.at(-1)).toMatchObject({ kind: 'status-update', final: true, status: { state: 'input-required' } })
  const task = await client.sendMessage(said('hi'))
  expect(task).toMatchObject({ kind: 'task', status: { state: 'completed' }, artifacts: [{ parts: [{ kind: 'text', text: 'You said 1: hi' }] }] })
  for await (const update of client.sendMessageStream(said('wait'))) {
    if (update.kind !== 'artifact-update') continue
    expect(await client.cancelTask({ id: update.taskId })).toMatchObject({ status: { state: 'canceled' } })
    break
  }
  expect(server.provider.calls.at(-1)?.aborted).toBe(true)
})
