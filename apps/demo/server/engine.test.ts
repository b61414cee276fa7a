/** The agents of the demo that run workflows and ask for approval, over the handler that serves them. */
import { type AgentEvent, parseEvent } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { createDemoHandler, type DemoEnvironment } from './worker.ts'

const fast: DemoEnvironment = { pace: async (signal) => signal.throwIfAborted(), sectionMs: 1, eventMs: 0 }
const origin = 'http://demo.test/api'
type Handler = ReturnType<typeof createDemoHandler>

function start(handle: Handler, agent: string, task: { description: string; session_id?: string }, runId: string = crypto.randomUUID()) {
  const headers = { 'content-type': 'application/json', accept: 'application/x-ndjson' }
  return handle(new Request(`${origin}/agents/${agent}/runs`, { method: 'POST', headers, body: JSON.stringify({ task, run_id: runId }) }))
}

async function* eventsOf(response: Response): AsyncGenerator<AgentEvent> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.includes('"type":')) yield parseEvent(JSON.parse(line))
  }
}

async function collected(events: AsyncIterable<AgentEvent>): Promise<readonly AgentEvent[]> {
  const all: AgentEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

async function run(agent: string, description: string, handle = createDemoHandler(fast)): Promise<readonly AgentEvent[]> {
  return collected(eventsOf(await start(handle, agent, { description })))
}

const textOf = (events: readonly AgentEvent[]) => events.map((event) => (event.type === 'token' ? event.content : '')).join('')

test.each([
  ['What is a cursor?', 'pre_main_loop', 'brief', ['look-it-up', 'pick-what-counts']],
  ['Draft an answer about cancelling and have it reviewed', 'on_response_trigger', 'review', ['check-the-draft', 'decide']],
  ['What is 17.5% of 240?', 'inline', 'calculation', ['work-it-out', 'work-it-out-again', 'compare']],
])('“%s” is led through a document, %s', async (question, placement, workflow, steps) => {
  const events = await run('dawp', question)
  expect(events.filter(({ type }) => type === 'dawp_run_started')).toMatchObject([{ placement, workflow_id: workflow }])
  expect(events.filter(({ type }) => type === 'dawp_step_completed')).toMatchObject(steps.map((step_id) => ({ step_id, success: true })))
  expect(events.filter(({ type }) => type === 'dawp_run_completed')).toMatchObject([{ success: true }])
  expect(events.at(-1)).toMatchObject({ type: 'completed', success: true })
  expect(textOf(events)).toContain(placement === 'inline' ? '**42**' : 'as the workflow found it')
})

test('two branches of the workflow run at once, and a third step joins them', async () => {
  const events = await run('workflow', 'How does cancelling work?')
  const at = (type: string, name: string) => events.findIndex((event) => event.type === type && 'step_name' in event && event.step_name === name)
  expect(Math.max(at('step_started', 'guides'), at('step_started', 'sources'))).toBeLessThan(
    Math.min(at('step_completed', 'guides'), at('step_completed', 'sources')),
  )
  expect(at('step_started', 'summary')).toBeGreaterThan(Math.max(at('step_completed', 'guides'), at('step_completed', 'sources')))
  expect(events.filter(({ type }) => type === 'tool_progress').length).toBeGreaterThan(2)
  expect(textOf(events)).toMatch(/The guides say[\s\S]*The sources say/)
  expect(events.at(-1)).toMatchObject({ type: 'completed', success: true })
})

async function answered(answer: object | undefined, environment: DemoEnvironment = fast) {
  const handle = createDemoHandler(environment)
  const events: AgentEvent[] = []
  for await (const event of eventsOf(await start(handle, 'assistant', { description: 'Send a note to Ada: 6 * 7 is 42' }, 'noted'))) {
    events.push(event)
    if (event.type !== 'approval_request' || !answer) continue
    const url = `${origin}/runs/noted/approvals/${event.approval_id}`
    const headers = { 'content-type': 'application/json' }
    expect((await handle(new Request(url, { method: 'POST', headers, body: JSON.stringify(answer) }))).status).toBe(200)
  }
  return events
}

test('a note is sent once somebody allows it', async () => {
  const events = await answered({ approved: true })
  expect(events.find(({ type }) => type === 'approval_request')).toMatchObject({ tool_name: 'send_note', parameters: { to: 'Ada', text: '6 * 7 is 42' } })
  expect(events.find(({ type }) => type === 'tool_result')).toMatchObject({ tool_name: 'send_note' })
  expect(textOf(events)).toContain('The note is with Ada')
})

test.each([
  ['denied', { approved: false, reason: 'not today' }, fast, 'not today'],
  ['not answered in time', undefined, { ...fast, approvalMs: 5 }, 'Nobody answered'],
])('a note that is %s is not sent, and the answer says so', async (_, answer, environment, why) => {
  const events = await answered(answer, environment)
  expect(events.some(({ type }) => type === 'tool_result')).toBe(false)
  expect(textOf(events)).toMatch(new RegExp(`The note was not sent[\\s\\S]*${why}`))
  expect(events.at(-1)).toMatchObject({ type: 'completed' })
})

test('the server remembers a conversation by its session', async () => {
  const handle = createDemoHandler(fast)
  await (await start(handle, 'assistant', { description: 'What is 6 * 7?', session_id: 'one' })).text()
  const ask = async (session_id: string) =>
    textOf(await collected(eventsOf(await start(handle, 'assistant', { description: 'What did I ask before?', session_id }))))
  expect(await ask('one')).toContain('6 \\* 7')
  expect(await ask('two')).toContain('the first message')
})

test('a conversation may hold runs of all three documents, and a workflow too', async () => {
  const handle = createDemoHandler(fast)
  const questions = ['What is 6 * 7?', 'What is a cursor?', 'Draft an answer about sessions and have it reviewed', 'What is 6 * 9?']
  for (const description of questions) {
    const events = await collected(eventsOf(await start(handle, 'dawp', { description, session_id: 'one' })))
    expect(events.filter(({ type }) => type === 'dawp_run_completed')).toMatchObject([{ success: true }])
    expect(events.at(-1)).toMatchObject({ type: 'completed', success: true })
    if (description.includes('9')) expect(textOf(events)).toContain('**54**')
  }
  for (const description of ['How does cancelling work?', 'And sessions?']) {
    expect((await collected(eventsOf(await start(handle, 'workflow', { description, session_id: 'one' })))).at(-1)).toMatchObject({ success: true })
  }
})

test('only configured models are offered, by a name and never by a key', async () => {
  const offered = async (environment: DemoEnvironment) => (await createDemoHandler({ ...fast, ...environment })(new Request(`${origin}/demo/providers`))).text()
  expect(JSON.parse(await offered({ OPENAI_API_KEY: '' }))).toEqual([{ agent: 'assistant-local', name: 'Local rules', model: 'rules' }])
  const all = await offered({ OPENAI_API_KEY: 'secret-1', ANTHROPIC_API_KEY: 'secret-2', OLLAMA_BASE_URL: 'http://secret-3.test', OLLAMA_MODEL: 'tiny' })
  expect(JSON.parse(all)).toMatchObject([{ agent: 'assistant-openai' }, { agent: 'assistant-anthropic' }, { agent: 'assistant-ollama', model: 'tiny' }, {}])
  expect(all).not.toContain('secret')
  const info = await createDemoHandler({ ...fast, OPENAI_API_KEY: 'secret-1', OPENAI_MODEL: 'big' })(new Request(`${origin}/agents/assistant`))
  expect(await info.json()).toMatchObject({ provider: 'openai', model: 'big' })
})
