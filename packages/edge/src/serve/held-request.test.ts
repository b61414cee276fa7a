import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import type { Agent } from '../agents/agent.ts'
import { createAgentHandler } from './handler.ts'

test('S1 who leaves is noticed also when only the answer is held, and Node would have forgotten the request', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  let stopped = false
  const agent: Agent = {
    name: 'a',
    info: { name: 'a', tools: [], supportsStreaming: true },
    async *run(_, { signal }) {
      yield { type: 'started' }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      stopped = true
    },
  }
  const handler = createAgentHandler({ agents: { a: agent }, disconnectGraceMs: 0 })
  const left = new AbortController()
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"task":{"description":"go"}}', signal: left.signal }
  const { body } = await handler(new Request('http://host/agents/a/runs', init))
  const reader = body?.getReader()
  for (const _ of Array.from({ length: 3 })) {
    collect()
    await new Promise((resolve) => setImmediate(resolve))
  }
  left.abort()
  await vi.waitFor(() => expect(stopped).toBe(true))
  await reader?.cancel()
})
