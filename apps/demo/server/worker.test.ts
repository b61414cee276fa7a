import { expect, test } from 'vitest'
import { createDemoHandler, type DemoEnvironment } from './worker.ts'

const fast: DemoEnvironment = { pace: async (signal) => signal.throwIfAborted(), sectionMs: 1, eventMs: 0 }
const origin = 'http://demo.test/api'

function start(agent: string, description: string, more: { fault?: string; runId?: string; signal?: AbortSignal } = {}) {
  const task = { description, ...(more.fault ? { context: { demo_fault: more.fault } } : {}) }
  return new Request(`${origin}/agents/${agent}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify({ task, ...(more.runId ? { run_id: more.runId } : {}) }),
    ...(more.signal ? { signal: more.signal } : {}),
  })
}

const typesIn = (text: string) => [...text.matchAll(/"type":"(\w+)"/g)].map(([, type]) => type)
async function run(description: string, fault?: string): Promise<string> {
  const response = await createDemoHandler(fast)(start('assistant', description, fault === undefined ? {} : { fault }))
  return response.text()
}

test('a question becomes tool calls, their results and an answer', async () => {
  const text = await run('Compute 2^32 / 60 and look up what a cursor is')
  const types = typesIn(text)
  expect(types.filter((type) => type === 'tool_result')).toHaveLength(2)
  expect(types.indexOf('tool_call_delta')).toBeLessThan(types.indexOf('tool_call'))
  expect(types.at(-1)).toBe('completed')
  expect(text).toContain('71582788.2667')
})

test('the slow report tells how far it is', async () => {
  const text = await run('Write a report about cancelling')
  expect(typesIn(text).filter((type) => type === 'tool_progress').length).toBeGreaterThan(2)
})

test('a tool that fails does not end the run', async () => {
  const types = typesIn(await run('How many words are in the page unicorn?'))
  expect(types).toContain('tool_error')
  expect(types.at(-1)).toBe('completed')
})

test('the model never hears of a fault that was asked for', async () => {
  expect(await run('hello', 'slow_start_of_something_unknown')).toContain('not a language model')
})

test('asked for a model that fails, the last event is its error', async () => {
  expect(typesIn(await run('How does AgentStream notice a truncated run?', 'provider')).at(-1)).toBe('error')
})

test('asked to lose a run, it cannot be asked for the rest', async () => {
  const handle = createDemoHandler(fast)
  const response = await handle(start('assistant', 'How does AgentStream notice a truncated run?', { fault: 'lose', runId: 'gone' }))
  await expect(response.text()).rejects.toThrow()
  expect((await handle(new Request(`${origin}/runs/gone/events`))).status).toBe(404)
})

test('asked for a cut, the body breaks; asked for a 500, it answers so', async () => {
  await expect(run('How does AgentStream notice a truncated run?', 'cut')).rejects.toThrow()
  expect((await createDemoHandler(fast)(start('assistant', 'hello', { fault: 'http_500' }))).status).toBe(500)
})

test('a cancelled run stops the model, and the figures say so', async () => {
  const handle = createDemoHandler({ ...fast, pace: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))) })
  const stats = async () => (await handle(new Request(`${origin}/demo/stats`))).json()
  const response = await handle(start('assistant', 'hello', { runId: 'one' }))
  await expect.poll(stats).toEqual({ providerRequests: 1, aborted: 0, running: 1 })
  const receipt = await handle(new Request(`${origin}/runs/one`, { method: 'DELETE' }))
  expect(await receipt.json()).toEqual({ outcome: 'cancelled' })
  expect(typesIn(await response.text()).at(-1)).toBe('cancelled')
  await expect.poll(stats).toEqual({ providerRequests: 1, aborted: 1, running: 0 })
})

test('every recording can be played, and only those', async () => {
  const handle = createDemoHandler(fast)
  const names: unknown = await (await handle(new Request(`${origin}/demo/recordings`))).json()
  expect(names).toContain('16-dawp-triggered-mid-loop')
  for (const name of Array.isArray(names) ? names : []) {
    const text = await (await handle(start('transcripts', String(name)))).text()
    expect(typesIn(text).length, String(name)).toBeGreaterThan(0)
  }
  expect(await (await handle(start('transcripts', '../../package'))).text()).toContain('unknown_recording')
})
