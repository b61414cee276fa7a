import { expect, test } from 'vitest'
import { createLLMAgent } from '../agents/llm-agent.ts'
import { openai } from '../openai.ts'
import { createAgentHandler } from './handler.ts'
import { traceOf } from './in-trace.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

test('a request that is part of a trace makes the request to the model part of it', async () => {
  const asked: (string | null)[][] = []
  const provider = openai({
    model: 'm',
    apiKey: 'k',
    fetch: async (_, init) => {
      const headers = new Headers(init?.headers)
      asked.push(['traceparent', 'tracestate', 'baggage', 'authorization'].map((name) => headers.get(name)))
      return new Response('data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
  const handler = createAgentHandler({ agents: { helper: createLLMAgent({ name: 'helper', provider }) } })
  const ask = async (headers: Record<string, string>) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: '{"task":{"description":"go"}}' }
    await (await handler(new Request('http://host/agents/helper/runs', init))).text()
  }
  await ask({ traceparent, tracestate: 'vendor=a', baggage: 'user=ann' })
  await ask({ traceparent })
  await ask({ traceparent: 'made up', tracestate: 'vendor=a' })
  await ask({})
  expect(asked).toEqual([
    [traceparent, 'vendor=a', null, 'Bearer k'],
    [traceparent, null, null, 'Bearer k'],
    [null, null, null, 'Bearer k'],
    [null, null, null, 'Bearer k'],
  ])
})

test('what is no trace is none', () => {
  const parent = (text: string) => traceOf(new Headers({ traceparent: text }))
  expect(parent(traceparent)).toEqual({ traceparent })
  expect(parent(`01${traceparent.slice(2)}-more`)).toEqual({ traceparent: `01${traceparent.slice(2)}-more` })
  for (const text of [
    `${traceparent}-more`,
    `ff${traceparent.slice(2)}`,
    traceparent.toUpperCase(),
    traceparent.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
    `01${traceparent.slice(2)}-${'a'.repeat(300)}`,
  ])
    expect([text, parent(text)]).toEqual([text, undefined])
})
