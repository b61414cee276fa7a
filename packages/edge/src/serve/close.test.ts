import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { sqliteJournal } from '../runs/sqlite-journal.ts'
import { scriptedProvider } from '../testing.ts'
import { createAgentHandler } from './handler.ts'

const post = (runId: string): Request =>
  new Request('http://test.example/agents/default/runs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify({ run_id: runId, task: { description: 'go' } }),
  })
const get = (path: string): Request => new Request(`http://test.example${path}`)

const talker = () => createHybridAgent({ name: 'talker', provider: scriptedProvider(() => ['Hello', { stall: true }]) })

test('S26 a handler that closes ends what is under way, refuses what is new, and still tells how runs ended', async () => {
  const handler = createAgentHandler({ agents: { talker: talker() } })
  const stream = await handler(post('a'))
  await handler.close({ graceMs: 0 })
  const lines = (await stream.text()).trim().split('\n')
  expect(lines.slice(-2).map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ type: 'cancelled', by: 'server', reason: 'The server is shutting down' }),
    expect.objectContaining({ $event: 'end', outcome: 'cancelled' }),
  ])
  const refused = await handler(post('b'))
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toEqual([
    503,
    expect.stringMatching(/^\d+$/),
    { error: { code: 'closing', message: expect.any(String), retryable: true } },
  ])
  expect(await (await handler(get('/runs/a'))).json()).toMatchObject({ status: 'cancelled' })
})

test('who asks for its health needs no name, and hears that it is about to end', async () => {
  const handler = createAgentHandler({ agents: { talker: talker() }, authorize: () => new Response(null, { status: 401 }) })
  const ask = async (): Promise<unknown[]> => {
    const response = await handler(get('/health'))
    return [response.status, await response.text()]
  }
  expect([await ask(), (await handler(get('/agents/default'))).status]).toEqual([[200, 'OK'], 401])
  expect((await handler(new Request('http://test.example/health', { method: 'POST' }))).status).toBe(405)
  await handler.close({ graceMs: 0 })
  expect(await ask()).toEqual([503, expect.stringContaining('closing')])
})

test('S19 with `takeUp: false` a run whose process died is truncated, not carried on', async () => {
  let time = 0
  const database = new DatabaseSync(':memory:')
  const journalOf = () => sqliteJournal(database, { leaseMs: 60_000, now: () => time })
  const dead = createAgentHandler({ agents: { talker: talker() }, journal: journalOf() })
  const stream = await dead(post('a'))
  const reader = stream.body?.getReader()
  for (let said = ''; !said.includes('Hello'); ) said += new TextDecoder().decode((await reader?.read())?.value)
  await reader?.cancel()
  time += 60_001
  const here = createAgentHandler({ agents: { talker: talker() }, journal: journalOf(), takeUp: false })
  expect(await (await here(get('/runs/a'))).json()).toMatchObject({ run_id: 'a', status: 'truncated' })
  await dead.close({ graceMs: 0 })
  database.close()
})

test('S21 a journal that cannot be asked is a failure that may be tried again', async () => {
  const database = new DatabaseSync(':memory:')
  const errors: unknown[] = []
  const handler = createAgentHandler({ agents: { talker: talker() }, journal: sqliteJournal(database), onError: (error) => errors.push(error) })
  database.close()
  for (const request of [get('/runs/a'), get('/runs/a/events'), post('a')]) {
    const response = await handler(request)
    expect([response.status, await response.json()]).toEqual([500, { error: { code: 'internal', message: 'The server failed', retryable: true } }])
  }
  expect(errors).toHaveLength(3)
})
