import { describe, expect, test } from 'vitest'
import { createAgentClient, forgetConversation, HttpError, ProtocolError, readConversation } from './index.ts'
import { type ScriptedResponse, scriptedClient, scriptedFetch } from './testing.ts'

const sessionId = 'b/c'

function serverWith(...script: readonly (ScriptedResponse | Error)[]) {
  const { fetch, requests } = scriptedFetch(...script)
  return { requests, client: createAgentClient({ url: '/api', fetch, headers: { authorization: 'Bearer t' } }) }
}
const answering = (value: unknown) => serverWith({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })
const read = (value: unknown) => readConversation(answering(value).client, { sessionId })

describe('what was said', () => {
  test('is asked for under its agent and its id, with the headers of the client', async () => {
    const { client, requests } = answering({ session_id: sessionId, messages: [] })
    await readConversation(client, { sessionId, agent: 'harbour' })
    await readConversation(client, { sessionId })
    expect(requests.map(({ method, url }) => [method, url])).toEqual([
      ['GET', '/api/agents/harbour/sessions/b%2Fc'],
      ['GET', '/api/agents/default/sessions/b%2Fc'],
    ])
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer t')
  })

  test('comes in our words, and members and roles of newer servers are left out', async () => {
    const call = { tool_call_id: 'c1', tool_name: 'tide', arguments: '{}' }
    const messages = [
      { role: 'user', text: 'Tides?', images: ['https://host/a.png'], at: 1 },
      { role: 'assistant', text: '', tool_calls: [{ ...call, result: 'low' }, call] },
      { role: 'referee', verdict: 'fair' },
      { role: 'user', text: 'Thanks' },
      { role: 'assistant', text: 'Welcome' },
    ]
    const past = { callId: 'c1', toolName: 'tide', argumentsText: '{}' }
    expect(await read({ messages, live_run: { run_id: 'r', description: 'And now?' } })).toEqual({
      messages: [
        { role: 'user', text: 'Tides?', images: ['https://host/a.png'] },
        { role: 'assistant', text: '', toolCalls: [{ ...past, result: 'low' }, past] },
        { role: 'user', text: 'Thanks', images: [] },
        { role: 'assistant', text: 'Welcome', toolCalls: [] },
      ],
      liveRun: { runId: 'r', description: 'And now?' },
    })
    expect(await read({ messages: [] })).toEqual({ messages: [], liveRun: undefined })
  })

  test.each<[string, unknown]>([
    ['no object', ['secret']],
    ['no list of messages', { messages: 'secret' }],
    ['a message that is none', { messages: ['secret'] }],
    ['a message without a text', { messages: [{ role: 'user', text: 1, note: 'secret' }] }],
    ['an image that is no address', { messages: [{ role: 'user', text: 'secret', images: [1] }] }],
    ['a call without a name', { messages: [{ role: 'assistant', text: 'secret', tool_calls: [{ tool_call_id: 'c', arguments: '' }] }] }],
    [
      'a result that is no text',
      { messages: [{ role: 'assistant', text: 'secret', tool_calls: [{ tool_call_id: 'c', tool_name: 't', arguments: '', result: {} }] }] },
    ],
    ['a live run without an id', { messages: [], live_run: { description: 'secret' } }],
  ])('is refused as a whole with %s, and not quoted', async (_, value) => {
    const error = await read(value).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ProtocolError)
    expect(JSON.stringify(error) + String(error)).not.toContain('secret')
  })

  test('cannot be had: whatever the reason, it is an AgentStreamError', async () => {
    await expect(readConversation(serverWith({ status: 401 }).client, { sessionId })).rejects.toBeInstanceOf(HttpError)
    await expect(readConversation(serverWith(new TypeError('no network')).client, { sessionId })).rejects.toMatchObject({
      code: 'interrupted',
      retryable: true,
    })
    await expect(readConversation(serverWith({ body: '<html>' }).client, { sessionId })).rejects.toMatchObject({ code: 'protocol' })
    const { client, requests } = answering({ messages: [] })
    await expect(readConversation(client, { sessionId, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' })
    expect(requests).toEqual([])
  })

  test('is nothing, for a scripted client', async () => expect(await readConversation(scriptedClient([]), { sessionId })).toMatchObject({ messages: [] }))
})

test('forgetting is one request, and is refused while a run is live', async () => {
  const { client, requests } = serverWith({ status: 204 }, { status: 409, body: '{"error":{"code":"session_busy"}}' })
  expect(await forgetConversation(client, { sessionId, agent: 'harbour' })).toBeUndefined()
  await expect(forgetConversation(client, { sessionId })).rejects.toMatchObject({ status: 409 })
  expect(requests.map(({ method, url }) => [method, url])).toEqual([
    ['DELETE', '/api/agents/harbour/sessions/b%2Fc'],
    ['DELETE', '/api/agents/default/sessions/b%2Fc'],
  ])
})
