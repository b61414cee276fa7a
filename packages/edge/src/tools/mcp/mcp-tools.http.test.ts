import type { AgentEvent } from '@agentstream/client/wire'
import { createMcpHandler, McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { afterEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { startServer } from '../../../test/node-server.ts'
import { callTool, type ToolOutcome } from '../call-tool.ts'
import type { Tool } from '../tool.ts'
import { createToolbox } from '../toolbox.ts'
import { mcpTools } from './mcp-tools.ts'

// Against servers made with the official library, over real HTTP: one of today's protocol, and one that keeps sessions as before it.

const seen = { aborted: 0, calls: [] as string[], headers: [] as (string | null)[], methods: [] as string[] }
const running: { started: Promise<void>; start: () => void } = { started: Promise.resolve(), start: () => {} }
const closers: (() => void)[] = []

afterEach(() => {
  for (const close of closers.splice(0)) close()
  Object.assign(seen, { aborted: 0, calls: [], headers: [], methods: [] })
})

function makeServer(): McpServer {
  const server = new McpServer({ name: 'harbour', version: '1' })
  const text = (said: string, more: object = {}) => ({ content: [{ type: 'text' as const, text: said }], ...more })
  server.registerTool('tide', { description: 'The tide.', inputSchema: z.object({ port: z.string() }) }, async ({ port }) => {
    seen.calls.push(port)
    return text(`low at ${port}`)
  })
  server.registerTool('depth', { description: 'Metres.', inputSchema: z.object({}), outputSchema: z.object({ metres: z.number() }) }, async () =>
    text('4', { structuredContent: { metres: 4 } }),
  )
  server.registerTool('refuse', { description: 'Never.', inputSchema: z.object({}) }, async () => text('the harbour is closed', { isError: true }))
  server.registerTool('throw', { description: 'Breaks.', inputSchema: z.object({}) }, async () => {
    throw new Error('no such ship')
  })
  server.registerTool('chart', { description: 'A picture.', inputSchema: z.object({}) }, async () => ({
    content: [
      { type: 'text', text: 'here' },
      { type: 'image', data: 'AAAA', mimeType: 'image/png' },
    ],
  }))
  server.registerTool('flood', { description: 'Too much.', inputSchema: z.object({ size: z.number() }) }, async ({ size }) => text('x'.repeat(size)))
  server.registerTool('harbour.wait', { description: 'Waits.', inputSchema: z.object({}) }, async (_input, { mcpReq }) => {
    running.start()
    await new Promise<void>((resolve) => mcpReq.signal.addEventListener('abort', () => resolve()))
    seen.aborted++
    return text('never')
  })
  return server
}

type Handle = (request: Request) => Promise<Response>

/** A fetch handler behind a real server. */
async function listen(handle: Handle): Promise<string> {
  running.started = new Promise((resolve) => {
    running.start = resolve
  })
  const { url, close } = await startServer(async (request) => {
    seen.methods.push(request.method)
    seen.headers.push(request.headers.get('authorization'))
    return handle(request)
  })
  closers.push(close)
  return `${url}/mcp`
}

const today = (): Promise<string> => listen((request) => createMcpHandler(makeServer).fetch(request))

/** Keeps a session per client, as servers did before protocol 2026-07-28. */
function withSessions(): Promise<string> {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  return listen(async (request) => {
    const known = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (known) return known.handleRequest(request)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await makeServer().connect(transport)
    return transport.handleRequest(request)
  })
}

async function play(tools: readonly Tool[], name: string, input: object = {}, signal = new AbortController().signal) {
  const events: AgentEvent[] = []
  const playing = callTool({ id: 'c1', name, arguments: JSON.stringify(input) }, { toolbox: createToolbox(tools), runId: 'r', signal })
  let outcome: ToolOutcome | undefined
  for (let step = await playing.next(); !outcome; step = await playing.next()) {
    if (step.done) outcome = step.value
    else events.push(step.value)
    if (outcome) break
  }
  return { events, last: events.at(-1), outcome }
}

describe.each([
  ['a server of today', today],
  ['a server that keeps sessions', withSessions],
])('%s', (_, serve) => {
  test('its tools, with their schemas as it states them', async () => {
    const tools = await mcpTools({ url: await serve(), prefix: 'sea_' })
    expect(tools.map(({ name }) => name)).toEqual(['sea_tide', 'sea_depth', 'sea_refuse', 'sea_throw', 'sea_chart', 'sea_flood', 'sea_harbour_wait'])
    expect(tools[0]).toMatchObject({
      description: 'The tide.',
      parameters: { type: 'object', properties: { port: { type: 'string' } }, required: ['port'] },
      timeoutMs: 60_000,
    })
  })

  test('text, data and parts come back as what they are', async () => {
    const tools = await mcpTools({ url: await serve() })
    expect((await play(tools, 'tide', { port: 'Brest' })).last).toMatchObject({ type: 'tool_result', result: 'low at Brest' })
    expect((await play(tools, 'depth')).outcome).toMatchObject({ status: 'done', result: { metres: 4 } })
    expect((await play(tools, 'chart')).outcome).toMatchObject({ result: [{ type: 'text' }, { type: 'image', data: 'AAAA' }] })
    expect(seen.calls).toEqual(['Brest'])
  })

  test('S10: what it refuses, and what breaks in it, is one tool_error', async () => {
    const tools = await mcpTools({ url: await serve() })
    expect((await play(tools, 'refuse')).last).toMatchObject({ type: 'tool_error', error: 'the harbour is closed' })
    expect((await play(tools, 'throw')).last).toMatchObject({ type: 'tool_error', error: 'no such ship' })
  })

  test('X18: arguments outside its schema run nothing there', async () => {
    const tools = await mcpTools({ url: await serve() })
    expect((await play(tools, 'tide', { port: 5 })).last).toMatchObject({ type: 'tool_error', error: expect.stringMatching(/port|invalid/i) })
    expect(seen.calls).toEqual([])
  })

  test('S12: a result that is too large is refused, and one far too large is not even read', async () => {
    const tools = await mcpTools({ url: await serve(), resultBytes: 1000 })
    expect((await play(tools, 'flood', { size: 2000 })).last).toMatchObject({
      type: 'tool_error',
      error: 'The result of "flood" is larger than the limit of 1000 bytes',
    })
    expect((await play(tools, 'flood', { size: 1_000_000 })).last).toMatchObject({
      type: 'tool_error',
      error: 'The answer of the MCP server is larger than the limit of 69536 bytes',
    })
  })

  test('S2: an aborted run cancels the call on the server', async () => {
    const tools = await mcpTools({ url: await serve() })
    const run = new AbortController()
    const playing = play(tools, 'harbour_wait', {}, run.signal)
    await running.started
    run.abort(new DOMException('stop', 'AbortError'))
    await expect(playing).rejects.toBe(run.signal.reason)
    await expect.poll(() => seen.aborted).toBe(1)
  })

  test('nothing is asked for that nobody reads', async () => {
    const tools = await mcpTools({ url: await serve() })
    await play(tools, 'tide', { port: 'Brest' })
    expect(seen.methods).not.toContain('GET')
  })
})

test('a server that keeps sessions is told when one is over', async () => {
  const tools = await mcpTools({ url: await withSessions() })
  await play(tools, 'depth')
  await expect.poll(() => seen.methods.filter((method) => method === 'DELETE')).toHaveLength(2)
})

describe('choosing', () => {
  test('only some, and a wish for one that is not there is told', async () => {
    const url = await today()
    expect((await mcpTools({ url, only: ['depth'] })).map(({ name }) => name)).toEqual(['depth'])
    await expect(mcpTools({ url, only: ['depth', 'constructor'] })).rejects.toMatchObject({
      code: 'tool',
      message: 'The MCP server has no tool named "constructor"',
    })
  })

  test('which calls a person must allow', async () => {
    const tools = await mcpTools({ url: await today(), prefix: 'sea_', needsApproval: (input, { tool }) => tool === 'tide' && input['port'] === 'Brest' })
    expect((await play(tools, 'sea_tide', { port: 'Brest' })).last).toMatchObject({ error: '"sea_tide" needs approval, and nobody can be asked' })
    expect((await play(tools, 'sea_tide', { port: 'Kiel' })).outcome).toMatchObject({ status: 'done' })
    expect(seen.calls).toEqual(['Kiel'])
  })

  test('headers are asked for again for every connection', async () => {
    let asked = 0
    const tools = await mcpTools({ url: await today(), headers: () => ({ authorization: `Bearer ${++asked}` }) })
    await play(tools, 'depth')
    expect(new Set(seen.headers)).toEqual(new Set(['Bearer 1', 'Bearer 2']))
  })
})

describe('a server that cannot be used', () => {
  const url = 'http://127.0.0.1:1/mcp?key=secret'
  test.each<[string, { handle?: Handle; expected: string }]>([
    ['is not there', { expected: 'The MCP server could not be reached, or broke off' }],
    ['answers an error', { handle: async () => new Response('key=secret', { status: 503 }), expected: 'The MCP server answered 503' }],
    ['refuses the key', { handle: async () => new Response('', { status: 403 }), expected: 'The MCP server answered 403' }],
  ])('X20: one that %s is told without its address', async (_, { handle, expected }) => {
    await expect(mcpTools({ url: handle ? `${await listen(handle)}?key=secret` : url })).rejects.toMatchObject({ code: 'tool', message: expected })
  })

  test('X5: one that sends elsewhere is not followed, and the key does not go there', async () => {
    const elsewhere: (string | null)[] = []
    const inside = await listen(async (request) => {
      elsewhere.push(request.headers.get('authorization'))
      return createMcpHandler(makeServer).fetch(request)
    })
    const sending = await listen(async () => new Response(null, { status: 307, headers: { location: inside } }))
    await expect(mcpTools({ url: sending, headers: { authorization: 'Bearer 1' } })).rejects.toMatchObject({ code: 'tool' })
    expect(elsewhere).toEqual([])
  })

  test('S11: one that hangs is left after its time', async () => {
    const hanging = await listen(() => new Promise(() => {}))
    await expect(mcpTools({ url: hanging, timeoutMs: 50 })).rejects.toMatchObject({ code: 'tool', message: 'The MCP server did not answer in time' })
  })

  test('S2: an aborted listing ends with the reason', async () => {
    const listing = new AbortController()
    const reason = new Error('enough')
    const hanging = await listen(() => {
      listing.abort(reason)
      return new Promise(() => {})
    })
    await expect(mcpTools({ url: hanging, signal: listing.signal })).rejects.toBe(reason)
    await expect(mcpTools({ url: hanging, signal: listing.signal })).rejects.toBe(reason)
  })
})
