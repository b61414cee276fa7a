/** Calls as they come over the wire, the odd ones too. Official clients are in `../official`. */
import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { Agent, RunContext, Task } from '../../agents/agent.ts'
import { createAgentHandler } from '../handler.ts'
import type { AgentHandlerOptions } from '../options.ts'

type Script = (task: Task, context: RunContext) => AsyncIterable<AgentEvent>
const agentOf = (run: Script): Agent => ({ name: 'a', info: { name: 'a', tools: [], supportsStreaming: true }, run })

async function* echo(task: Task): AsyncGenerator<AgentEvent> {
  yield { type: 'token', content: JSON.stringify(task) }
  yield { type: 'result', output: 'x' }
}

function serve(run: Script = echo, options: Partial<AgentHandlerOptions> = {}) {
  const errors: unknown[] = []
  const handler = createAgentHandler({ agents: { a: agentOf(run) }, onError: (error) => errors.push(error), ...options })
  const post = (body: unknown, headers: Record<string, string> = {}, path = '/a2a') =>
    handler(
      new Request(`http://host${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  const call = async (method: string, params: unknown, headers: Record<string, string> = {}) => {
    const response = await post({ jsonrpc: '2.0', id: 7, method, params }, headers)
    return (await response.json()) as { readonly id: unknown; readonly result?: Record<string, unknown>; readonly error?: { readonly code: number } }
  }
  return { handler, post, call, errors }
}

const said = (parts: readonly object[], more: object = {}) => ({ message: { messageId: 'm', role: 'user', parts, ...more } })
const hi = said([{ kind: 'text', text: 'hi' }])
const codeOf = async (answer: Promise<{ readonly error?: { readonly code: number } }>) => (await answer).error?.code
const taskIn = (result: Record<string, unknown> | undefined): Task => {
  const { artifacts } = result as { artifacts: { parts: { text: string }[] }[] }
  return JSON.parse(artifacts[0]?.parts[0]?.text ?? '')
}

describe('what is no call', () => {
  test.each([
    ['{', -32700, null],
    ['[]', -32600, null],
    ['{"id":3}', -32600, 3],
    ['{"jsonrpc":"1.0","id":"x","method":"tasks/get"}', -32600, 'x'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"tasks/get"}', -32600, null],
    [`{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":${'['.repeat(70)}${']'.repeat(70)}}`, -32700, null],
    ['{"jsonrpc":"2.0","id":1,"method":"tasks/list"}', -32601, 1],
    ['{"jsonrpc":"2.0","id":1,"method":"toString"}', -32601, 1],
    ['{"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{}}', -32602, 1],
  ])('%s', async (body, code, id) => {
    const response = await serve().post(body)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id, error: { code } })
  })

  test('the limits of the handler hold here, too', async () => {
    expect((await serve(echo, { maxBodyBytes: 10 }).post({ jsonrpc: '2.0', id: 1, method: 'tasks/get' })).status).toBe(413)
    expect((await serve().post('{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await serve().post('{}', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await serve(echo, { authorize: () => new Response(null, { status: 401 }) }).post('{}')).status).toBe(401)
    expect((await serve().handler(new Request('http://host/a2a'))).headers.get('allow')).toBe('POST')
  })
})

describe('versions', () => {
  test('the name of a method says its version, and must not contradict the header', async () => {
    const { call } = serve()
    expect((await call('message/send', hi)).result).toMatchObject({ kind: 'task', status: { state: 'completed' } })
    expect((await call('SendMessage', hi)).result).toMatchObject({ task: { status: { state: 'TASK_STATE_COMPLETED' } } })
    expect(await codeOf(call('message/send', hi, { 'a2a-version': '1.0' }))).toBe(-32601)
    expect(await codeOf(call('SendMessage', hi, { 'a2a-version': '0.3.0' }))).toBe(-32601)
    expect((await call('SendMessage', hi, { 'a2a-version': '1.0' })).error).toBeUndefined()
    expect(await codeOf(call('SendMessage', hi, { 'a2a-version': '2.0' }))).toBe(-32009)
  })

  test.each([
    ['tasks/pushNotificationConfig/set', -32003],
    ['CreateTaskPushNotificationConfig', -32003],
    ['agent/getAuthenticatedExtendedCard', -32007],
    ['GetExtendedAgentCard', -32004],
    ['ListTasks', -32004],
  ])('%s is refused in the right words', async (method, code) => expect(await codeOf(serve().call(method, {}))).toBe(code))
})

describe('a message', () => {
  test('texts are the task, data its context, images are shown', async () => {
    const { call } = serve()
    const { result } = await call(
      'message/send',
      said(
        [
          { kind: 'text', text: 'one' },
          { text: 'two' },
          { kind: 'data', data: { port: 'Brest', ['__proto__']: { x: 1 } } },
          { kind: 'file', file: { bytes: 'AAAA', mimeType: 'image/png' } },
          { url: 'https://tides.example/a.png' },
        ],
        { contextId: 'c' },
      ),
    )
    expect(taskIn(result)).toEqual({
      description: 'one\ntwo',
      context: { port: 'Brest', ['__proto__']: { x: 1 } },
      images: ['data:image/png;base64,AAAA', 'https://tides.example/a.png'],
      sessionId: 'c',
    })
  })

  test.each([
    ['no text', said([{ kind: 'data', data: {} }]), -32602],
    ['no parts', said([]), -32602],
    ['X17 the agent', { message: { ...hi.message, role: 'agent' } }, -32602],
    ['a file that is no image', said([{ kind: 'file', file: { bytes: 'AA', mimeType: 'application/pdf' } }]), -32005],
    ['an address that is none', said([{ text: 'hi' }, { url: 'file:///etc/passwd' }]), -32602],
    ['a wish for push', { ...hi, configuration: { pushNotificationConfig: { url: 'https://x.example' } } }, -32003],
    ['a task nobody knows', said([{ text: 'hi' }], { taskId: '../x' }), -32001],
  ])('%s is refused', async (_, params, code) => expect(await codeOf(serve().call('message/send', params))).toBe(code))

  test("X11 another principal's task is as unknown as one that never was", async () => {
    const { call } = serve(echo, { authorize: (request) => request.headers.get('x-user') ?? '' })
    const { result } = await call('message/send', hi, { 'x-user': 'ada' })
    const id = String(result?.['id'])
    expect((await call('tasks/get', { id }, { 'x-user': 'ada' })).result).toMatchObject({ id })
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/resubscribe']) expect(await codeOf(call(method, { id }, { 'x-user': 'eve' }))).toBe(-32001)
  })

  test('the context of a task is known to whoever looks later, and another one is refused', async () => {
    const { call } = serve(async function* (_, { signal }) {
      yield { type: 'approval_request', approval_id: 'q', tool_name: 'pay', parameters: {} }
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    const { result } = await call('message/send', said([{ text: 'hi' }], { contextId: 'c' }))
    const id = String(result?.['id'])
    expect((await call('tasks/get', { id })).result).toMatchObject({ id, contextId: 'c', status: { state: 'input-required' } })
    expect(await codeOf(call('message/send', said([{ text: 'yes' }], { taskId: id, contextId: 'd' })))).toBe(-32602)
    expect(await codeOf(call('message/send', said([{ data: { approved: true, approval_id: 'other' } }], { taskId: id })))).toBe(-32004)
    expect((await call('tasks/cancel', { id })).result).toMatchObject({ status: { state: 'canceled' } })
    expect((await call('tasks/cancel', { id })).result).toMatchObject({ status: { state: 'canceled' } })
  })

  test('an answer to a task with a long past is answered with what it has come to, not with what it was once asked', async () => {
    const { call } = serve(async function* (_, { approvals }) {
      for (const name of ['first', 'second']) {
        // With `started` before them: the first question is the last entry that is read at once.
        for (let at = 0; at < 510; at++) yield { type: 'token', content: '.' }
        const question = approvals?.ask()
        if (!question) return
        yield { type: 'approval_request', approval_id: question.id, tool_name: name, parameters: {} }
        yield { type: 'approval_response', approval_id: question.id, ...(await question.answer) }
      }
      yield { type: 'result', output: 'x' }
    })
    const yes = (taskId: string) => said([{ text: 'yes' }], { taskId })
    const asking = await call('message/send', hi)
    const id = String(asking.result?.['id'])
    expect(asking.result).toMatchObject({ status: { state: 'input-required', message: { parts: [{ text: 'May first be called?' }, {}] } } })
    expect((await call('message/send', yes(id))).result).toMatchObject({ status: { message: { parts: [{ text: 'May second be called?' }, {}] } } })
    expect((await call('message/send', yes(id))).result).toMatchObject({ id, status: { state: 'completed' } })
  })

  test('a task that nobody waits for comes to its end, however much it says, and needs no place among the viewers', async () => {
    const { call, handler } = serve(
      async function* () {
        for (let at = 0; at < 10_000; at++) yield { type: 'token', content: '.' }
        yield { type: 'result', output: 'x' }
      },
      { limits: { viewers: 1 }, disconnectGraceMs: 0 },
    )
    const { result } = await call('message/send', { ...hi, configuration: { blocking: false } })
    const id = String(result?.['id'])
    await (await handler(new Request(`http://host/runs/${id}/events`))).text()
    expect((await call('tasks/get', { id })).result).toMatchObject({ status: { state: 'completed' } })
  })

  test('too many at once is an error that says so', async () => {
    expect(await codeOf(serve(echo, { maxConcurrentRuns: 0 }).call('message/send', hi))).toBe(-32000)
  })

  test('what the agent throws is a failed task, without its words', async () => {
    const { call, errors } = serve(async function* () {
      yield { type: 'token', content: 'a' }
      throw new TypeError('secret')
    })
    const answer = await call('message/send', hi)
    expect(answer.result).toMatchObject({ status: { state: 'failed', message: { parts: [{ text: 'The agent failed' }] } } })
    expect(JSON.stringify(answer)).not.toContain('secret')
    expect(errors).toHaveLength(1)
  })
})

test('the card can be told apart from the agent, and its address from the request', async () => {
  const { handler } = serve(echo, {
    agents: { a: agentOf(echo), b: agentOf(echo) },
    basePath: '/api',
    card: { name: 'Tides', version: '2.1.0', skills: [], provider: { organization: 'Harbour', url: 'https://h.example' } },
  })
  const card = async (path: string) => (await handler(new Request(`https://host${path}/.well-known/agent-card.json`))).json()
  expect(await card('/api')).toMatchObject({ name: 'Tides', version: '2.1.0', url: 'https://host/api/a2a', skills: [], provider: { organization: 'Harbour' } })
  expect(await card('/api/agents/a')).toMatchObject({ name: 'Tides', url: 'https://host/api/agents/a/a2a' })
  expect(await card('/api/agents/b')).toMatchObject({ name: 'a', version: '1.0.0', url: 'https://host/api/agents/b/a2a' })
  expect(await card('/api/agents/c')).toMatchObject({ error: { code: 'unknown_agent' } })
})
