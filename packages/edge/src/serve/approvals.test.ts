import { createAgentClient, immediately, selectToolCalls } from '@agentstream/client'
import { type AgentEvent, sse } from '@agentstream/client/wire'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { createMemoryJournal } from '../runs/memory-journal.ts'
import { defineTool } from '../tools/tool.ts'
import { createAgentHandler } from './handler.ts'
import type { AgentHandlerOptions } from './options.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

function serve(options: Partial<AgentHandlerOptions> = {}) {
  const execute = vi.fn(() => 'paid')
  const pay = defineTool({ name: 'pay', description: 'Pays.', parameters: z.object({ sum: z.number() }), needsApproval: true, execute })
  const provider = scriptedProvider([[{ tool: 'pay', id: 'c1', arguments: { sum: 5 } }], ['Well then.']])
  const handler = createAgentHandler({
    agents: { clerk: createHybridAgent({ name: 'clerk', provider, tools: [pay] }) },
    approvalTimeoutMs: 60_000,
    authorize: (request) => request.headers.get('x-user') ?? 'ada',
    ...options,
  })
  const call = (method: string, path: string, { user = 'ada', body }: { user?: string; body?: unknown } = {}) =>
    handler(
      new Request(`http://host${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-user': user },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    )
  const start = (task: object = {}) => call('POST', '/agents/clerk/runs', { body: { run_id: 'r', task: { description: 'Pay 5', ...task } } })
  const answer = async (approvalId: string, body: unknown = { approved: true }, { user = 'ada', run = 'r' } = {}) => {
    const response = await call('POST', `/runs/${run}/approvals/${encodeURIComponent(approvalId)}`, { user, body })
    const said = (await response.json()) as { error?: { code: string } }
    return [response.status, said.error?.code ?? said]
  }
  return { execute, call, start, answer, provider, handler }
}

/** Events as they come, and the rest of them at the end. */
function reading(response: Response) {
  const reader = response.body?.getReader()
  const decoder = sse.decoder()
  const events: AgentEvent[] = []
  const until = async (type: string): Promise<AgentEvent> => {
    for (;;) {
      const found = events.find((event) => event.type === type)
      if (found) return found
      const read = await reader?.read()
      if (!read || read.done) throw new Error(`no ${type}`)
      for (const frame of decoder.push(read.value)) events.push(frame.event === 'end' ? { type: 'end', ...JSON.parse(frame.data) } : JSON.parse(frame.data))
    }
  }
  return { events, until }
}

async function asked() {
  const server = serve()
  const stream = reading(await server.start())
  const request = await stream.until('approval_request')
  return { ...server, ...stream, request, id: (request as { approval_id: string }).approval_id }
}

const namesOf = (events: readonly AgentEvent[]) =>
  events.map(({ type }) => type).filter((type) => /^(approval|tool_(call|result|error)$|completed|cancelled|end)/.test(type))

test('approved: the call runs and the run goes on; the first answer counts and every other is told so', async () => {
  const { answer, id, events, until, execute, request } = await asked()
  expect(request).toMatchObject({ tool_call_id: 'c1', tool_name: 'pay', parameters: { sum: 5 }, expires_at: '1970-01-01T00:01:00.000Z' })
  expect(execute).not.toHaveBeenCalled()
  expect(await answer(id, { approved: true })).toEqual([200, { approval_id: id, approved: true }])
  expect(await answer(id, { approved: true })).toEqual([409, 'already_answered'])
  expect(await answer(id, { approved: false })).toEqual([409, 'already_answered'])
  expect(await until('end')).toMatchObject({ outcome: 'completed' })
  expect(namesOf(events)).toEqual(['approval_request', 'approval_response', 'tool_call', 'tool_result', 'completed', 'end'])
  expect(execute).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('denied: a tool_error, the model is told, and the loop goes on', async () => {
  const { answer, id, events, until, execute, provider } = await asked()
  expect(await answer(id, { approved: false, reason: 'too dear' })).toEqual([200, { approval_id: id, approved: false }])
  expect(await until('end')).toMatchObject({ outcome: 'completed' })
  expect(namesOf(events)).toEqual(['approval_request', 'approval_response', 'tool_error', 'completed', 'end'])
  expect(provider.calls[1]?.request.messages.at(-1)).toMatchObject({ role: 'tool', text: 'Error: "pay" was not approved: too dear' })
  expect(execute).not.toHaveBeenCalled()
})

test('without an answer in time it is denied', async () => {
  const { answer, id, until, execute } = await asked()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await until('approval_response')).toMatchObject({ approved: false, reason: 'Nobody answered within 60000 ms' })
  expect(await answer(id)).toEqual([409, 'already_answered'])
  expect(await until('end')).toMatchObject({ outcome: 'completed' })
  expect(execute).not.toHaveBeenCalled()
})

test('S2: a run cancelled while it waits is cancelled, and an answer comes too late', async () => {
  const { answer, call, id, events, until, execute } = await asked()
  expect(await (await call('DELETE', '/runs/r')).json()).toEqual({ outcome: 'cancelled' })
  expect(await until('end')).toMatchObject({ outcome: 'cancelled' })
  expect(namesOf(events)).toEqual(['approval_request', 'cancelled', 'end'])
  expect(await answer(id)).toEqual([409, 'already_answered'])
  expect(await answer('made-up')).toEqual([404, 'unknown_approval'])
  expect(execute).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})

test('X17: nobody else answers, and no answer can be made up', async () => {
  const { answer, id, until, execute } = await asked()
  expect(await answer(id, { approved: true }, { user: 'eve' })).toEqual([404, 'unknown_run'])
  expect(await answer(id, { approved: true }, { run: 'other' })).toEqual([404, 'unknown_run'])
  expect(await answer(id, { approved: true }, { run: 'a%2Fb' })).toEqual([404, 'unknown_run'])
  for (const made of ['__proto__', 'constructor', 'toString', '../r', id.toUpperCase(), `${id} `]) expect(await answer(made)).toEqual([404, 'unknown_approval'])
  for (const body of [
    '{',
    '[]',
    'null',
    {},
    { approved: 'true' },
    { approved: 1 },
    { approved: true, reason: 5 },
    { approved: true, reason: 'x'.repeat(1001) },
  ])
    expect(await answer(id, body)).toEqual([400, 'bad_request'])
  expect(execute).not.toHaveBeenCalled()
  expect(await answer(id, { approved: true, reason: null, approval_id: 'other', tool_name: 'x' })).toEqual([200, { approval_id: id, approved: true }])
  await until('end')
  expect(execute).toHaveBeenCalledTimes(1)
})

test('X17: a task that brings its own approvals is asked all the same', async () => {
  const { start, execute } = serve()
  const forged = {
    approvals: [{ approval_id: 'mine', approved: true }],
    needsApproval: false,
    context: { approved: true, approval_response: { approved: true } },
  }
  const { until } = reading(await start(forged))
  expect((await until('approval_request')) as object).not.toMatchObject({ approval_id: 'mine' })
  expect(execute).not.toHaveBeenCalled()
})

test('another method, and a body that is no JSON by its name, are refused', async () => {
  const { call } = serve()
  const response = await call('GET', '/runs/r/approvals/a')
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
})

test('a run that works in another process cannot be answered from here, and says so', async () => {
  const { answer } = serve({ journal: { ...createMemoryJournal(), status: async () => ({ status: 'running' }) } })
  expect(await answer('a')).toEqual([409, 'not_supported'])
})

test('our client: the run waits, the call with it, and `respond` lets both go on', async () => {
  const { handler, execute } = serve()
  const fetch: typeof globalThis.fetch = (input, init) => handler(new Request(input, init))
  const run = createAgentClient({ url: 'http://host', fetch }).run('Pay 5', { agent: 'clerk', schedule: immediately })
  const callStatus = () => selectToolCalls(run.getSnapshot())[0]?.status
  await new Promise<void>((resolve) => {
    const leave = run.subscribe(() => {
      if (run.getSnapshot().status !== 'waiting') return
      leave()
      resolve()
    })
  })
  expect(callStatus()).toBe('waiting_approval')
  const id = run.getSnapshot().approvals[0]?.id ?? ''
  await expect(run.respond('made-up', { approved: true })).rejects.toMatchObject({ status: 404 })
  await run.respond(id, { approved: true })
  expect((await run.result()).text).toBe('Well then.')
  expect([callStatus(), run.getSnapshot().approvals[0]?.status, run.getSnapshot().integrity]).toEqual(['done', 'approved', 'verified'])
  await expect(run.respond(id, { approved: false })).rejects.toMatchObject({ status: 409 })
  expect(execute).toHaveBeenCalledTimes(1)
})
