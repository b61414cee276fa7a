/** The handler asked for another's words, over `?protocol=`. */
import { createAgentClient, immediately } from '@agentstream/client'
import { type AgentEvent, concatenated, createA2a, createAgUi, type Frame, type Framing, jsonSeq, ndjson, plainText, sse } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { Agent } from '../agents/agent.ts'
import { createAgentHandler } from './handler.ts'

const events: readonly AgentEvent[] = [
  { type: 'started' },
  { type: 'token', content: 'High\nwater' },
  { type: 'tool_call', tool_name: 'tide', parameters: {}, tool_call_id: 'c' },
  { type: 'tool_result', tool_name: 'tide', result: 6, tool_call_id: 'c' },
  { type: 'result', output: 'High\nwater', success: true },
  { type: 'completed', success: true },
]
const agentOf = (told: readonly AgentEvent[]): Agent => ({
  name: 'helper',
  info: { name: 'helper', tools: [], supportsStreaming: true },
  async *run() {
    yield* told
  },
})

function serve(told = events) {
  const handler = createAgentHandler({ agents: { helper: agentOf(told) } })
  const start = (query: string, headers: Record<string, string> = {}) =>
    handler(
      new Request(`http://host/agents/helper/runs?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"run_id":"r-1","task":{"description":"hi"}}',
      }),
    )
  const follow = (query: string, headers: Record<string, string> = {}) => handler(new Request(`http://host/runs/r-1/events?${query}`, { headers }))
  return { start, follow }
}

async function framesOf(response: Response, framing: Framing = sse): Promise<readonly Frame[]> {
  const decoder = framing.decoder()
  return [...decoder.push(await response.bytes()), ...decoder.end()]
}
const typesOf = (frames: readonly Frame[]) => frames.map(({ data }) => JSON.parse(data).type)

describe('?protocol=', () => {
  test('starting and following speak the words asked for, and name the run by its id', async () => {
    const { start, follow } = serve()
    const started = await framesOf(await start('protocol=ag-ui'))
    expect(JSON.parse(started[0]?.data ?? '')).toMatchObject({ type: 'RUN_STARTED', runId: 'r-1' })
    expect(JSON.parse(started.at(-1)?.data ?? '')).toMatchObject({ type: 'RUN_FINISHED', runId: 'r-1' })
    expect(await framesOf(await follow('protocol=ag-ui'))).toEqual(started)
    const [task] = await framesOf(await follow('protocol=a2a'))
    expect(JSON.parse(task?.data ?? '').result).toMatchObject({ kind: 'task', id: 'r-1' })
  })

  test.each([
    ['ag-ui', 'text/event-stream', sse],
    ['ag-ui', 'application/x-ndjson', ndjson],
    ['ag-ui', 'application/json-seq', jsonSeq],
    ['aiecs', 'application/json-seq', jsonSeq],
    ['agentor', 'application/json', concatenated],
    ['agenticraft-text', 'text/plain', plainText],
    ['ag-ui', 'text/html', sse],
    ['ag-ui', 'application/json', sse],
  ])('%s, asked for as %s', async (protocol, accept, framing) => {
    const response = await serve().start(`protocol=${protocol}`, { accept })
    expect(response.headers.get('content-type')).toBe(framing.contentType)
    expect((await framesOf(response, framing)).length).toBeGreaterThan(0)
  })

  test('the response says what the clients of the protocol look for', async () => {
    const { start } = serve()
    expect((await start('protocol=ui-message-stream')).headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
    expect((await start('')).headers.get('x-vercel-ai-ui-message-stream')).toBeNull()
  })

  test('a name nobody knows is refused, with the names that are known', async () => {
    const { start, follow } = serve()
    for (const response of [await start('protocol=soap'), await start('protocol=toString'), await start('protocol='), await follow('protocol=soap')]) {
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('aiecs, agenticraft, agenticraft-text, agentor, agentor-chat, a2a, a2a-v1, ag-ui, ui-message-stream')
    }
  })

  test('S17 what is told after a cursor is the rest of what is told from the start', async () => {
    const { start, follow } = serve()
    const ids = (await framesOf(await start(''))).map(({ id }) => id ?? '')
    const told = await framesOf(await follow('protocol=ag-ui'))
    const rest = await framesOf(await follow(`protocol=ag-ui&after=${ids[3]}`))
    expect(rest).toEqual(told.slice(-rest.length))
    expect(typesOf(rest)).not.toContain('RUN_STARTED')
    expect((await follow('protocol=ag-ui&after=x-1')).status).toBe(410)
    expect((await follow('protocol=ag-ui&after=x')).status).toBe(400)
  })

  test('our own words, asked for by their name, are what comes without it, the last frame and digest too', async () => {
    const { start, follow } = serve()
    const whole = await (await start('')).text()
    expect(whole).toMatch(/event: end\ndata: \{"outcome":"completed","digest":"\w+","cursor":"\w+-6"\}\n\n$/)
    expect(await (await start('protocol=aiecs')).text()).toBe(whole)
    expect(await (await follow('protocol=aiecs')).text()).toBe(whole)
    const { id = '' } = (await framesOf(await follow('')))[1] ?? {}
    expect(await (await follow(`protocol=aiecs&after=${id}`)).text()).toBe(await (await follow(`after=${id}`)).text())
  })

  test('a run in our own words that ends with its result alone is whole to our own client, and verified', async () => {
    const handler = createAgentHandler({ agents: { helper: agentOf(events.slice(0, -1)) } })
    const fetch = ((url, init) => {
      const named = new URL(String(url))
      named.searchParams.set('protocol', 'aiecs')
      return handler(new Request(named, init))
    }) satisfies typeof globalThis.fetch
    const { status, state } = await createAgentClient({ url: 'http://host', fetch, retry: false }).run('hi', { schedule: immediately }).result()
    expect([status, state.integrity]).toEqual(['completed', 'verified'])
  })

  test('a run that was cut says so in those words, and text without frames breaks off', async () => {
    const cut = serve(events.slice(0, 2))
    const frames = await framesOf(await cut.start('protocol=ag-ui'))
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({ type: 'RUN_ERROR', code: 'interrupted' })
    expect(await (await cut.follow('protocol=agenticraft-text')).text()).toBe(
      ':\n\ndata: High\ndata: water\n\nevent: error\ndata: The run broke off before its end\n\n',
    )
    await expect((await cut.follow('protocol=agenticraft-text', { accept: 'text/plain' })).text()).rejects.toThrow()
  })

  test.each([
    ['ag-ui', createAgUi({ runId: 'r-1' })],
    ['a2a', createA2a({ taskId: 'r-1' })],
  ])('%s: nothing but what its own decoder reads again, whatever beats between', async (name, protocol) => {
    const decoder = protocol.decoder()
    const read = [...(await framesOf(await serve().start(`protocol=${name}`))).flatMap(decoder.push), ...decoder.end()]
    expect(read.map(({ type }) => type)).toEqual(events.map(({ type }) => type))
  })
})
