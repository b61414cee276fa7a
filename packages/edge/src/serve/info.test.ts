import { createAgentClient } from '@agentstream/client'
import { expect, test } from 'vitest'
import { createLLMAgent } from '../agents/llm-agent.ts'
import { openai } from '../model/openai/provider.ts'
import { createAgentHandler } from './handler.ts'

test('an agent tells how long its model may be silent, how often it is asked again, and its defaults; of the rest nothing', async () => {
  const provider = openai({ apiKey: 'k', model: 'm', idleTimeoutMs: 5000, retry: { attempts: 2 }, parameters: { temperature: 0.2, stop: ['secret'] } })
  const agent = createLLMAgent({ name: 'real', provider, instructions: 'secret', parameters: { maxTokens: 500 } })
  const handler = createAgentHandler({ agents: { agent } })
  const told = { name: 'real', provider: 'openai', model: 'm', tools: [] }
  const response = await handler(new Request('http://test.example/agents/default'))
  expect(await response.json()).toEqual({ ...told, supports_streaming: true, timeout: 5, max_retries: 1, temperature: 0.2, max_tokens: 500 })
  const client = createAgentClient({ url: 'http://test.example', fetch: (input, init) => handler(new Request(input, init)) })
  expect(await client.info()).toEqual({ ...told, supportsStreaming: true, timeoutMs: 5000, maxRetries: 1, temperature: 0.2, maxTokens: 500 })
})
