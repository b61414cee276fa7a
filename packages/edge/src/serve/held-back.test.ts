import { createAgentClient } from '@agentstream/client'
import { afterEach, expect, test } from 'vitest'
import { startServer } from '../../test/node-server.ts'
import type { Agent } from '../agents/agent.ts'
import { openai } from '../model/openai/provider.ts'
import { createAgentHandler } from './handler.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function listen(handler: (request: Request) => Promise<Response>): Promise<string> {
  const { url, close } = await startServer(handler)
  closing.push(close)
  return url
}

const wordLength = 1000
const answerWords = 60_000

/** A model that says 60 MB as fast as it is read. */
function fastModel() {
  let words = 0
  const piece = new TextEncoder().encode(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(wordLength) } }] })}\n\n`)
  const answer = async (): Promise<Response> =>
    new Response(
      new ReadableStream({
        pull(controller) {
          if (words++ < answerWords) controller.enqueue(piece)
          else controller.close()
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
  return { answer, words: () => words }
}

/** What the model had said when it said nothing more for a while. */
async function settled(words: () => number): Promise<number> {
  for (let before = -1; ; ) {
    if (words() === before) return before
    before = words()
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

test('L7 a loop that is slow holds the server, and the server the model', async () => {
  const model = fastModel()
  const modelUrl = await listen(model.answer)
  const provider = openai({ apiKey: 'k', model: 'm', baseURL: `${modelUrl}/v1` })
  // An agent of its own, because ours end a turn long before this one is over.
  const fast: Agent = {
    name: 'fast',
    info: { name: 'fast', tools: [], supportsStreaming: true },
    async *run({ description: text }, { signal }) {
      const deltas = provider.stream({ messages: [{ role: 'user', text }] }, { signal })
      for await (const delta of deltas) if (delta.type === 'text') yield { type: 'token', content: delta.text }
    },
  }
  const url = await listen(createAgentHandler({ agents: { fast } }))
  let taken = 0
  let heldAt = 0
  for await (const { type } of createAgentClient({ url }).stream('talk')) {
    if (type !== 'token' || ++taken < 10) continue
    if (heldAt === 0) heldAt = await settled(model.words)
    if (taken === 30_000) break
  }
  // Sockets of both connections, what the run may be ahead, and one batch: far less than all of it.
  expect(heldAt).toBeLessThan(20_000)
  expect(model.words()).toBeGreaterThan(heldAt)
  expect(model.words()).toBeLessThan(55_000)
})
