import { expect, test } from 'vitest'
import { createAgentClient, createAgentSession, immediately } from './index.ts'
import { scriptedFetch } from './testing.ts'

const answer = 'data: {"type":"token","content":"Noon."}\n\ndata: {"type":"completed","success":true}\n\n'

test('turns of one conversation: only the new message travels, under one session id', async () => {
  const { fetch, requests } = scriptedFetch({ body: answer })
  const session = createAgentSession(createAgentClient({ url: '/api', fetch }), { agent: 'harbour', parameters: { temperature: 0 } })
  expect((await session.run('When is high water?', { schedule: immediately }).result()).text).toBe('Noon.')
  await session.run({ description: 'And low water?', context: { port: 'Cuxhaven' } }).result()
  for await (const _ of session.stream('Thanks')) {
    // Read to its end.
  }
  expect(requests.map(({ url, body }) => [url, JSON.parse(body).task, JSON.parse(body).parameters])).toEqual([
    ['/api/agents/harbour/runs', { description: 'When is high water?', session_id: session.id }, { temperature: 0 }],
    ['/api/agents/harbour/runs', { description: 'And low water?', context: { port: 'Cuxhaven' }, session_id: session.id }, { temperature: 0 }],
    ['/api/agents/harbour/runs', { description: 'Thanks', session_id: session.id }, { temperature: 0 }],
  ])
  expect(session.runs.map((run) => run.getSnapshot().status)).toEqual(['completed', 'completed'])
})

test('X11: a session that is not named cannot be guessed', () => {
  const { fetch } = scriptedFetch()
  const client = createAgentClient({ url: '/api', fetch })
  const ids = [createAgentSession(client).id, createAgentSession(client).id]
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(ids[0]).not.toBe(ids[1])
  expect(createAgentSession(client, { id: 'mine' }).id).toBe('mine')
})
