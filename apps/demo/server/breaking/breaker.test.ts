import { expect, test } from 'vitest'
import { openSharedStorage } from '../shared-storage.ts'
import { createDemoHandler } from '../worker.ts'

const origin = 'http://demo.test/api'
const json = { 'content-type': 'application/json' }
const ask = (path: string, body: unknown, headers: HeadersInit = {}) =>
  new Request(`${origin}${path}`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })

test('a run that its server has named is broken by the name its page gave the request', async () => {
  const handle = createDemoHandler({ pace: () => Promise.resolve(), sectionMs: 60_000, eventMs: 0 })
  const response = await handle(ask('/agents/assistant/chat', { input: 'Write a report about cancelling', stream: true }, { 'demo-run': 'of-the-page' }))
  const text = response.text()
  expect(await (await handle(ask('/demo/break', { run_id: 'of-the-page', how: 'cut' }))).json()).toEqual({ broken: 'cut' })
  await expect(text).rejects.toThrow('cut the connection')
})

test('a process that is killed takes no conversation with it', async () => {
  const storage = await openSharedStorage()
  if (!storage) throw new Error('This Node has no SQLite')
  const handle = createDemoHandler({ pace: () => Promise.resolve(), storage })
  const say = async (description: string) => {
    const answer = await (await handle(ask('/agents/assistant/runs', { task: { description, session_id: 'one' } }))).text()
    return Array.from(answer.matchAll(/"type":"token","content":("(?:[^"\\]|\\.)*")/g), ([, text = '""']) => JSON.parse(text)).join('')
  }
  await say('What is 6 * 7?')
  expect(await (await handle(ask('/demo/break', { run_id: 'any', how: 'kill' }))).json()).toEqual({ broken: 'kill' })
  expect(await say('What did I ask before?')).toContain('6 \\* 7')
})

test('whoever asks for something else is told what is expected', async () => {
  const refused = await createDemoHandler()(ask('/demo/break', { run_id: 'any', how: 'melt' }))
  expect(refused.status).toBe(400)
})
