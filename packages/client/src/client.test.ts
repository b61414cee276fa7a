import { describe, expect, test } from 'vitest'
import { createAgentClient, HttpError, ProtocolError } from './index.ts'
import { type ScriptedResponse, scriptedClient, scriptedFetch, scriptedRun } from './testing.ts'

const done = 'data: {"type":"completed"}\n\n'

describe('what a client sends', () => {
  test('a sentence is a task, and the run is named by the client', async () => {
    const { fetch, requests } = scriptedFetch({ body: done })
    const run = createAgentClient({ url: 'https://agents.test/api/', fetch, headers: { authorization: 'Bearer 1' } }).run('Hello')
    await run.result()
    const [request] = requests
    expect(request).toMatchObject({ method: 'POST', url: 'https://agents.test/api/agents/default/runs' })
    expect(request?.headers.get('accept')).toBe('text/event-stream, application/x-ndjson')
    expect(request?.headers.get('content-type')).toBe('application/json')
    expect(request?.headers.get('authorization')).toBe('Bearer 1')
    expect(JSON.parse(request?.body ?? '')).toEqual({ run_id: run.id, task: { description: 'Hello' }, parameters: {} })
    expect(run.id).toMatch(/^[0-9a-f]{32}$/)
  })

  test('our words become the words of the wire', async () => {
    const { fetch, requests } = scriptedFetch({ body: done })
    const task = { description: 'Hello', context: { tide: 'low' }, images: ['https://x.test/a.png'], sessionId: 's', senderId: 'u' }
    const parameters = { temperature: 0, maxTokens: 5, topP: 1, frequencyPenalty: 2, presencePenalty: 3, stop: ['.'], extra: { seed: 7 } }
    await createAgentClient({ url: '/api', fetch }).run(task, { agent: 'a b/c', runId: 'r1', parameters }).result()
    expect(requests[0]?.url).toBe('/api/agents/a%20b%2Fc/runs')
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      run_id: 'r1',
      task: { description: 'Hello', context: { tide: 'low' }, images: ['https://x.test/a.png'], session_id: 's', sender_id: 'u' },
      parameters: { temperature: 0, max_tokens: 5, top_p: 1, frequency_penalty: 2, presence_penalty: 3, stop: ['.'], extra: { seed: 7 } },
    })
  })

  test('attach follows a run that is there', async () => {
    const { fetch, requests } = scriptedFetch({ body: done })
    await createAgentClient({ url: '/api', fetch }).attach('r1').result()
    expect(requests[0]).toMatchObject({ method: 'GET', url: '/api/runs/r1/events', body: '' })
  })
})

describe('info', () => {
  const infoOf = (response: ScriptedResponse) => createAgentClient({ url: '/api', fetch: scriptedFetch(response).fetch }).info('a')
  const json = { 'content-type': 'application/json' }

  test('tells what an agent is', async () => {
    const body =
      '{"name":"a","model":"m","provider":null,"tools":[{"name":"tide","description":"Tides"}],"supports_streaming":false,"timeout":60,"max_retries":3,"temperature":0.2,"max_tokens":500}'
    expect(await infoOf({ headers: json, body })).toEqual({
      name: 'a',
      model: 'm',
      tools: [{ name: 'tide', description: 'Tides' }],
      supportsStreaming: false,
      timeoutMs: 60_000,
      maxRetries: 3,
      temperature: 0.2,
      maxTokens: 500,
    })
  })
  test('throws what the server answered otherwise', async () => {
    await expect(infoOf({ status: 404, headers: json, body: '{}' })).rejects.toBeInstanceOf(HttpError)
    await expect(infoOf({ headers: json, body: '{"title":"hello"}' })).rejects.toBeInstanceOf(ProtocolError)
    await expect(infoOf({ headers: json, body: '<html>' })).rejects.toBeInstanceOf(ProtocolError)
  })
})

describe('respond', () => {
  const json = { 'content-type': 'application/json' }
  const runWith = (response: ScriptedResponse | Error) => {
    const script = scriptedFetch({ body: done }, response)
    return { run: createAgentClient({ url: '/api', fetch: script.fetch }).run('Hello', { runId: 'r1' }), requests: script.requests }
  }

  test('answers an approval request of the run', async () => {
    const { run, requests } = runWith({ headers: json, body: '{"approval_id":"a/b","approved":false}' })
    expect(await run.respond('a/b', { approved: false, reason: 'too dear' })).toBeUndefined()
    expect(requests[1]).toMatchObject({ method: 'POST', url: '/api/runs/r1/approvals/a%2Fb', body: '{"approved":false,"reason":"too dear"}' })
  })

  test.each([404, 409])('%i: an answer that does not count is told', async (status) => {
    const { run } = runWith({ status, headers: json, body: '{"error":{"code":"already_answered"}}' })
    await expect(run.respond('a', { approved: true })).rejects.toMatchObject({ code: 'http', status, retryable: false })
  })

  test('a server that cannot be reached is told, and the same answer may be sent again', async () => {
    const { run } = runWith(new TypeError('network'))
    await expect(run.respond('a', { approved: true })).rejects.toMatchObject({ code: 'interrupted', retryable: true })
  })

  test('a scripted run accepts every answer', async () => {
    const run = scriptedRun([{ type: 'completed' }])
    expect(await run.respond('a', { approved: true })).toBeUndefined()
  })
})

test('a scripted run is a run without a server', async () => {
  const run = scriptedRun(
    [
      { type: 'token', content: 'Hi' },
      { type: 'completed', success: true },
    ],
    { id: 'r1' },
  )
  expect(await run.result()).toMatchObject({ status: 'completed', text: 'Hi', state: { id: 'r1' } })
})

test('a scripted client says the same in every run, and needs no server for anything', async () => {
  const client = scriptedClient([
    { type: 'token', content: 'Hi' },
    { type: 'completed', success: true },
  ])
  for (const question of ['one', 'two']) expect(await client.run(question).result()).toMatchObject({ status: 'completed', text: 'Hi' })
  expect(await client.attach('r1').result()).toMatchObject({ status: 'completed', text: 'Hi' })
  expect(await client.info()).toMatchObject({ name: 'scripted', tools: [] })
  expect(await client.cancel('r1')).toEqual({ outcome: 'cancelled' })
  await client.run('x').respond('a1', { approved: true })
})

test('a server that cannot be reached is named, and what the runtime said is the cause', async () => {
  const cause = new TypeError('fetch failed')
  const client = createAgentClient({ url: 'https://example.org/api', fetch: scriptedFetch(cause).fetch, retry: false })
  const message = 'POST https://example.org/api/agents/default/runs cannot be reached from here'
  await expect(client.run('x').result()).rejects.toMatchObject({ code: 'interrupted', retryable: true, message, cause })
})

test('cancel(runId) stops a run that was started elsewhere', async () => {
  const requests: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests.push(`${init?.method} ${String(input)}`)
    return Response.json({ outcome: 'cancelled' })
  }
  expect(await createAgentClient({ url: '/api', fetch }).cancel('r/1')).toEqual({ outcome: 'cancelled' })
  expect(requests).toEqual(['DELETE /api/runs/r%2F1'])
})
