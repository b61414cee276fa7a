import {
  type AgentEvent,
  agenticraft,
  agentorChat,
  aiecs,
  jsonSeq,
  ndjson,
  pipe,
  readStage,
  sse,
  type TwoWayProtocol,
  uiMessageStream,
} from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { serializeRun } from './serialize-run.ts'

const story: readonly AgentEvent[] = [
  { type: 'started' },
  { type: 'token', content: 'High ' },
  { type: 'token', content: 'water' },
  { type: 'result', output: 'High water', success: true },
  { type: 'completed', success: true },
]

async function* told(events: readonly AgentEvent[] = story, log: string[] = []): AsyncGenerator<AgentEvent> {
  try {
    for (const event of events) {
      log.push(event.type)
      yield event
    }
  } finally {
    log.push('left')
  }
}

test('a run is a body: our own words, as server-sent events, without numbers to come back by', async () => {
  const text = await new Response(serializeRun(told())).text()
  expect(text).toBe(story.map((event) => sse.encode({ data: JSON.stringify(event) })).join(''))
})

test.each([
  [aiecs, ndjson],
  [aiecs, jsonSeq],
  [agenticraft, agenticraft.framings?.[0] ?? sse],
  [uiMessageStream, sse],
] as const)('in other words and framings it reads as the same answer (%#)', async (protocol: TwoWayProtocol, framing) => {
  const events: AgentEvent[] = []
  for await (const batch of readStage(serializeRun(told(), { protocol, framing }), pipe(framing.decoder(), protocol.decoder()))) events.push(...batch)
  expect(events.flatMap((event) => (event.type === 'token' ? event.content : [])).join('')).toBe('High water')
  expect(events.at(-1)).toMatchObject({ type: 'completed' })
})

test('a protocol brings its own framing', async () => {
  const [framing] = agentorChat.framings ?? []
  expect(await new Response(serializeRun(told(), { protocol: agentorChat })).text()).toBe(
    await new Response(serializeRun(told(), { protocol: agentorChat, ...(framing ? { framing } : {}) })).text(),
  )
})

test('nothing happens before somebody reads, and a reader who leaves ends the loop', async () => {
  const log: string[] = []
  const reader = serializeRun(told(story, log)).getReader()
  expect(log).toEqual([])
  await reader.read()
  await reader.cancel()
  expect(log).toEqual(['started', 'left'])
})

test('events that throw break the body', async () => {
  const broken = new RangeError('broken')
  async function* failing(): AsyncGenerator<AgentEvent> {
    yield { type: 'started' }
    throw broken
  }
  await expect(new Response(serializeRun(failing())).text()).rejects.toBe(broken)
})
