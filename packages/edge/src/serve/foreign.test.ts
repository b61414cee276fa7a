import { createAgentClient, socketTransport } from '@agentstream/client'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { listen, talk } from '../../test/sockets.ts'
import type { Agent, RunContext } from '../agents/agent.ts'
import { createAgentHandler } from './handler.ts'

async function* asking({ approvals, signal }: RunContext): ReturnType<Agent['run']> {
  const question = approvals?.ask()
  if (question) yield { type: 'approval_request', approval_id: question.id, tool_name: 'pay', parameters: {} }
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
}
const agent: Agent = { name: 'helper', info: { name: 'helper', tools: [], supportsStreaming: true }, run: (_, context) => asking(context) }

const protocols = ['aiecs', 'agenticraft', 'agenticraft-text', 'agentor', 'agentor-chat', 'a2a', 'a2a-v1', 'ag-ui', 'ui-message-stream']
const yes = { approved: true }
const rpc = (method: string, params: unknown) => ({ method: 'POST', path: '/a2a', body: { jsonrpc: '2.0', id: 1, method, params } })
const answerOf = (id: string) => ({ message: { kind: 'message', role: 'user', messageId: 'm', taskId: id, parts: [{ kind: 'text', text: 'yes' }] } })
const answerOfV1 = (id: string) => ({ message: { role: 'ROLE_USER', messageId: 'm', taskId: id, parts: [{ text: 'yes' }] } })

/** Everything that can be asked about a run, or a chat, of an id. */
const questions: Readonly<
  Record<string, (id: string, approval: string) => { method: string; path: string; body?: unknown; headers?: Record<string, string> }>
> = {
  status: (id) => ({ method: 'GET', path: `/runs/${id}` }),
  follow: (id) => ({ method: 'GET', path: `/runs/${id}/events` }),
  'follow after a cursor': (id) => ({ method: 'GET', path: `/runs/${id}/events`, headers: { 'last-event-id': 'abc-1' } }),
  ...Object.fromEntries(
    protocols.map((name) => [`follow in ${name}`, (id: string) => ({ method: 'GET', path: `/runs/${id}/events?protocol=${name}&after=abc-1` })]),
  ),
  'what is no follow': (id) => ({ method: 'HEAD', path: `/runs/${id}/events` }),
  cancel: (id) => ({ method: 'DELETE', path: `/runs/${id}` }),
  'cancel a part': (id) => ({ method: 'DELETE', path: `/runs/${id}?scope=c1` }),
  approve: (id, approval) => ({ method: 'POST', path: `/runs/${id}/approvals/${approval}`, body: yes }),
  'resume a chat': (id) => ({ method: 'GET', path: `/ui-message-stream/chat-${id}/stream` }),
  'tasks/get': (id) => rpc('tasks/get', { id }),
  'tasks/cancel': (id) => rpc('tasks/cancel', { id }),
  'tasks/resubscribe': (id) => rpc('tasks/resubscribe', { id }),
  GetTask: (id) => rpc('GetTask', { id }),
  CancelTask: (id) => rpc('CancelTask', { id }),
  SubscribeToTask: (id) => rpc('SubscribeToTask', { id }),
  'message/send': (id) => rpc('message/send', answerOf(id)),
  'message/stream': (id) => rpc('message/stream', answerOf(id)),
  SendMessage: (id) => rpc('SendMessage', answerOfV1(id)),
  SendStreamingMessage: (id) => rpc('SendStreamingMessage', answerOfV1(id)),
}

test("X11 on no address can another's run be told from one that never was, and nothing happens to it", async () => {
  const handler = createAgentHandler({ agents: { helper: agent }, authorize: (request) => request.headers.get('x-user') ?? '', onDisconnect: 'continue' })
  const call = (user: string, { method, path, body, headers }: ReturnType<(typeof questions)[string]>) =>
    handler(
      new Request(`http://host${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-user': user, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  const chat = { id: 'chat-mine', messages: [{ id: 'u1', role: 'user', parts: [{ type: 'text', text: 'go' }] }] }
  const open = [
    await call('ann', { method: 'POST', path: '/agents/helper/runs', body: { run_id: 'mine', task: { description: 'go' } } }),
    await call('ann', { method: 'POST', path: '/ui-message-stream', body: chat }),
  ]
  const [first] = open
  const reader = first?.body?.getReader()
  let approval = ''
  for (let text = ''; approval === ''; approval = /"approval_id":"([^"]+)"/.exec(text)?.[1] ?? '')
    text += new TextDecoder().decode((await reader?.read())?.value)

  const told = async (response: Response): Promise<unknown> => {
    const headers = [...response.headers].filter(([name]) => name !== 'server-timing')
    return [response.status, headers, (await response.text()).replaceAll('never', 'mine')]
  }
  for (const [name, ask] of Object.entries(questions)) {
    const foreign = await told(await call('bob', ask('mine', approval)))
    const missing = await told(await call('bob', ask('never', approval)))
    expect([name, foreign]).toEqual([name, missing])
  }
  const status = await call('ann', { method: 'GET', path: '/runs/mine' })
  expect(await status.json()).toMatchObject({ status: 'running' })
  const answered = await call('ann', { method: 'POST', path: `/runs/mine/approvals/${approval}`, body: yes })
  expect(answered.status).toBe(200)
  const resumed = await call('ann', { method: 'GET', path: '/ui-message-stream/chat-mine/stream' })
  expect(resumed.status).toBe(200)
  await Promise.all([reader?.cancel(), resumed.body?.cancel(), open[1]?.body?.cancel()])
})

test("X11 over a socket another's run is as unknown, whether it is attached to or cancelled", async () => {
  const place = await listen(asking, { onDisconnect: 'continue', authorize: (request) => request.headers.get('authorization') ?? '' })
  const client = createAgentClient({ url: place.url, transport: socketTransport({ WebSocket }), headers: { authorization: 'ann' } })
  const run = client.run('go', { runId: 'mine' })
  for await (const { type } of run) if (type === 'approval_request') break
  for (const type of ['attach', 'cancel']) {
    const heard = (id: string) => talk(place, [JSON.stringify({ type, run_id: id })], { headers: { authorization: 'bob' } })
    expect([type, await heard('mine')]).toEqual([type, await heard('never')])
  }
  expect(run.getSnapshot().status).toBe('waiting')
  expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
})
