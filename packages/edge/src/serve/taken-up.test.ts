/** A server that goes on with a run because it was asked about it, in whatever words, keeps at work until the run is over. */
import { expect, test } from 'vitest'
import { done, type ProcessOptions, sharedFile } from '../../test/processes.ts'
import { token } from '../../test/puppet.ts'
import type { Journal } from '../runs/journal.ts'
import { createAgentHandler } from './handler.ts'

const leaseMs = 20
const { process, passTime } = sharedFile()
const runId = 'a-run-that-was-lost'

function server(options: ProcessOptions = {}) {
  const here = process({ leaseMs, ...options })
  const held: Promise<unknown>[] = []
  const handler = createAgentHandler({ agents: { puppet: here.agent }, journal: here.journal, onDisconnect: 'continue' })
  const json = { 'content-type': 'application/json' }
  const ask = (path: string, body?: object) =>
    handler(new Request(`http://host${path}`, body ? { method: 'POST', headers: json, body: JSON.stringify(body) } : {}), {
      waitUntil: (ending) => void held.push(ending),
    })
  return { ...here, ask, held, close: handler.close }
}

/** Of a process that died nobody hears. */
const silent = ({ shared, ...journal }: Journal): Journal => ({ ...journal, ...(shared && { shared: { ...shared, renew: () => new Promise(() => {}) } }) })

test.each([
  ['its status', `/runs/${runId}`, undefined],
  ['its events', `/runs/${runId}/events`, undefined],
  ['its A2A task', '/a2a', { jsonrpc: '2.0', id: 1, method: 'tasks/get', params: { id: runId } }],
] as const)('S19 a run whose process died is held by whoever is asked for %s', async (_, path, body) => {
  const [dead, here] = [server({ around: silent }), server()]
  const lost = await dead.ask('/agents/puppet/runs', { task: { description: 'go' }, run_id: runId })
  const reader = lost.body?.getReader()
  dead.say(token('a'))
  await reader?.read()
  passTime(leaseMs + 1)
  const answer = await here.ask(path, body)
  here.say(token('a'), token('b'), done)
  await answer.text()
  expect(await Promise.all(here.held)).toEqual([{ outcome: 'completed' }])
  dead.say(token('late'), done)
  await reader?.cancel()
})

test('a run that was taken up is the one of its conversation here: told to who asks, and no second one beside it', async () => {
  const [dead, here] = [server({ around: silent }), server()]
  const task = { description: 'go', session_id: 's' }
  const lost = await dead.ask('/agents/puppet/runs', { task, run_id: runId })
  const session = '/agents/puppet/sessions/s'
  expect(await (await here.ask(session)).json(), 'what another process does is not known here').toEqual({ session_id: 's', messages: [] })
  passTime(leaseMs + 1)
  await here.ask(`/runs/${runId}`)
  expect(await (await here.ask(session)).json()).toMatchObject({ live_run: { run_id: runId, description: 'go' } })
  expect((await here.ask('/agents/puppet/runs', { task })).status).toBe(409)
  here.say(done)
  await Promise.all(here.held)
  expect(await (await here.ask(session)).json()).not.toHaveProperty('live_run')
  await lost.body?.cancel()
})

test.each([
  ['AG-UI', '/ag-ui', { threadId: 't', runId, messages: [{ role: 'user', content: 'go' }] }],
  ['the AI SDK', '/ui-message-stream', { id: 'c', messages: [{ role: 'user', parts: [{ type: 'text', text: 'go' }] }] }],
  ['A2A', '/a2a', { jsonrpc: '2.0', id: 1, method: 'message/stream', params: { message: { messageId: 'm', role: 'user', parts: [{ text: 'go' }] } } }],
])('S26 a server that ends hands over the run of a client of %s, too', async (_, path, body) => {
  const [leaving, here] = [server(), server()]
  leaving.say(token('a'))
  const cut = await leaving.ask(path, body)
  await cut.body?.getReader().read()
  await leaving.close({ graceMs: 0 })
  here.say(token('b'), done)
  const id = cut.headers.get('agentstream-run-id')
  const events = await (await here.ask(`/runs/${id}/events`)).text()
  expect(events).toContain('"content":"b"')
  expect(await (await here.ask(`/runs/${id}`)).json()).toMatchObject({ status: 'completed' })
})
