import { RunAgentInputSchema } from '@ag-ui/core/schemas'
import { validateUIMessages } from 'ai'
import { describe, expect, test } from 'vitest'
import { createAgentClient, immediately, type TaskInput } from './index.ts'
import { scriptedFetch } from './testing.ts'
import { a2a, a2aV1, agenticraft, agentor, agUi, type Protocol, uiMessageStream } from './wire.ts'

const stream = { 'content-type': 'text/event-stream' }
const task: TaskInput = {
  description: 'When is high water?',
  context: { port: 'Cuxhaven' },
  images: ['data:image/png;base64,AAAA'],
  sessionId: 's-1',
  history: [
    { role: 'user', text: 'Hello' },
    { role: 'assistant', text: 'Good day' },
  ],
}

/** What a client with this protocol sends to start a run. */
async function asked(protocol: Protocol) {
  const { fetch, requests } = scriptedFetch({ headers: stream, body: '' })
  const run = createAgentClient({ url: 'https://agents.example/here/', fetch, protocol, headers: { authorization: 'Bearer t' }, retry: false }).run(task, {
    runId: 'r-1',
    parameters: { temperature: 0.2 },
    schedule: immediately,
  })
  await run.result().catch(() => {})
  const [first] = requests
  return { method: first?.method, url: first?.url, headers: first?.headers, body: first?.body ? JSON.parse(first.body) : undefined }
}

describe('a run is asked for in the words of the protocol, at the address of its endpoint', () => {
  test('AG-UI: its official schema accepts the body, and finds the whole conversation in it', async () => {
    const { method, url, body } = await asked(agUi)
    expect({ method, url }).toEqual({ method: 'POST', url: 'https://agents.example/here' })
    expect(RunAgentInputSchema.parse(body)).toMatchObject({
      threadId: 's-1',
      runId: 'r-1',
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Good day' },
        { role: 'user', content: [{ text: task.description }, { source: { type: 'data', value: 'AAAA', mimeType: 'image/png' } }] },
      ],
      context: [{ description: 'port', value: 'Cuxhaven' }],
      forwardedProps: { temperature: 0.2 },
    })
  })

  test('the AI SDK: its own check accepts the messages', async () => {
    const { method, url, body } = await asked(uiMessageStream)
    expect({ method, url, id: body.id, trigger: body.trigger }).toEqual({
      method: 'POST',
      url: 'https://agents.example/here',
      id: 's-1',
      trigger: 'submit-message',
    })
    expect(await validateUIMessages({ messages: body.messages })).toMatchObject([
      { role: 'user', parts: [{ text: 'Hello' }] },
      { role: 'assistant', parts: [{ text: 'Good day' }] },
      { role: 'user', parts: [{ text: task.description }, { type: 'file', mediaType: 'image/png' }] },
    ])
  })

  test('Agentor: its chat, told to stream', async () => {
    const said = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Good day' },
      { role: 'user', content: task.description },
    ]
    expect(await asked(agentor)).toMatchObject({ method: 'POST', url: 'https://agents.example/here/chat', body: { input: said, stream: true } })
  })

  test('AgentiCraft: the prompt is a query parameter', async () => {
    expect(await asked(agenticraft)).toMatchObject({
      method: 'POST',
      url: 'https://agents.example/here/stream?prompt=When%20is%20high%20water%3F',
      body: undefined,
    })
  })

  test('A2A 0.3 and 1.0: a message, under the names of each version', async () => {
    const old = await asked(a2a)
    expect(old.body).toEqual({
      jsonrpc: '2.0',
      id: 'r-1',
      method: 'message/stream',
      params: {
        message: {
          kind: 'message',
          messageId: 'r-1',
          role: 'user',
          contextId: 's-1',
          parts: [
            { kind: 'text', text: task.description },
            { kind: 'file', file: { bytes: 'AAAA', mimeType: 'image/png' } },
            { kind: 'data', data: { port: 'Cuxhaven' } },
          ],
        },
        metadata: { parameters: { temperature: 0.2 } },
      },
    })
    const current = await asked(a2aV1)
    expect(current.headers?.get('a2a-version')).toBe('1.0')
    expect(current.headers?.get('authorization')).toBe('Bearer t')
    expect(current.body).toMatchObject({
      method: 'SendStreamingMessage',
      params: { message: { role: 'ROLE_USER', parts: [{ text: task.description }, { raw: 'AAAA', mediaType: 'image/png' }, {}] } },
    })
  })
})

describe('cancelling a task of an A2A server', () => {
  const working = 'data: {"jsonrpc":"2.0","id":"r-1","result":{"kind":"task","id":"t-9","contextId":"c","status":{"state":"working"}}}\n\n'
  const cancelled = { jsonrpc: '2.0', id: 'r-1-cancel', result: { kind: 'task', id: 't-9', contextId: 'c', status: { state: 'canceled' } } }

  test.each([
    ['the task it was told of is stopped', cancelled, 'cancelled'],
    ['one that works on all the same was not stopped', { ...cancelled, result: { ...cancelled.result, status: { state: 'working' } } }, 'not_supported'],
    ['one that was over is told as it ended', { ...cancelled, result: { ...cancelled.result, status: { state: 'completed' } } }, 'already_finished'],
    ['one that is over says so', { jsonrpc: '2.0', id: 1, error: { code: -32002, message: 'no' } }, 'already_finished'],
    ['one that is unknown too', { jsonrpc: '2.0', id: 1, error: { code: -32001, message: 'no' } }, 'unknown_run'],
  ])('%s', async (_title, answer, outcome) => {
    const { fetch, requests } = scriptedFetch(
      { headers: stream, body: working, hangs: true },
      { headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) },
    )
    const run = createAgentClient({ url: 'https://agents.example', fetch, protocol: a2a }).run('x', { runId: 'r-1', schedule: immediately })
    await new Promise<void>((resolve) => run.subscribe(() => run.getSnapshot().counts.events > 0 && resolve()))
    expect((await run.cancel()).outcome).toBe(outcome)
    expect(JSON.parse(requests[1]?.body ?? '{}')).toMatchObject({ method: 'tasks/cancel', params: { id: 't-9' } })
    expect(run.getSnapshot().status).toBe('cancelled')
  })
})
