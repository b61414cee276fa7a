import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { ProviderError } from '../errors.ts'
import { type ScriptedTurn, scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool, type Tool } from '../tools/tool.ts'
import type { Agent, RunContext, Task } from './agent.ts'
import { createHybridAgent, type HybridAgentOptions } from './hybrid-agent.ts'
import { createLLMAgent } from './llm-agent.ts'
import { createToolAgent } from './tool-agent.ts'

const tide = defineTool({
  name: 'tide',
  description: 'Tides.',
  parameters: z.object({ port: z.string() }),
  execute: ({ port }) => (port === 'Atlantis' ? Promise.reject(new Error('no such port')) : { port, metres: 4.2 }),
})
const ask = (port: string): ScriptedTurn => [{ tool: 'tide', id: `c-${port}`, arguments: { port } }]
const context = (more: Partial<RunContext> = {}): RunContext => ({ runId: 'r', signal: new AbortController().signal, ...more })
const clock = (): (() => number) => {
  let time = 0
  return () => (time += 250)
}

async function run(agent: Agent, task: Task = { description: 'Hi' }, given = context()): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of agent.run(task, given)) events.push(event)
  return events
}
const types = (events: readonly AgentEvent[]): string[] => events.map(({ type }) => type)

function hybrid(script: readonly ScriptedTurn[], more: Partial<HybridAgentOptions> = {}) {
  const provider = scriptedProvider(script)
  return { provider, agent: createHybridAgent({ name: 'h', provider, tools: [tide], now: () => 0, ...more }) }
}

describe('an LLM agent', () => {
  const agentOf = (script: readonly ScriptedTurn[]): Agent => createLLMAgent({ name: 'l', provider: scriptedProvider(script), now: () => 0 })

  test('says that it started, its tokens, and its result', async () => {
    const timestamp = '1970-01-01T00:00:00.000Z'
    expect(await run(agentOf([['Hel', 'lo ']]))).toEqual([
      { type: 'status', status: 'started', timestamp },
      { type: 'token', content: 'Hel', timestamp },
      { type: 'token', content: 'lo ', timestamp },
      { type: 'result', success: true, output: 'Hello', provider: 'scripted', stop_reason: 'stop', execution_time: 0, timestamp },
    ])
  })

  test('has no tools, so a call is an error and no answer', async () => {
    const events = await run(agentOf([[{ tool: 'tide' }]]))
    expect(events.slice(-2)).toMatchObject([{ type: 'tool_error' }, { type: 'result', success: false, output: '' }])
  })

  test('tells how long it took, in seconds', async () => {
    const agent = createLLMAgent({ name: 'l', provider: scriptedProvider([['a']]), now: clock() })
    expect((await run(agent)).at(-1)).toMatchObject({ execution_time: 0.75 })
  })
})

describe('a tool agent', () => {
  const agentOf = (script: readonly ScriptedTurn[]) => createToolAgent({ name: 't', provider: scriptedProvider(script), tools: [tide], now: () => 0 })

  test('has its tools called once; the last result is the output', async () => {
    const events = await run(agentOf([['Looking. ', ...[{ tool: 'tide', id: 'c1', arguments: { port: 'Brest' } }]]]))
    expect(types(events).filter((type) => type !== 'tool_call_delta')).toEqual(['started', 'token', 'tool_calls_ready', 'tool_call', 'tool_result', 'result'])
    expect(events.at(-1)).toMatchObject({
      success: true,
      output: { port: 'Brest', metres: 4.2 },
      llm_response: 'Looking.',
      tool_results: [{ tool: 'tide', operation: null, parameters: { port: 'Brest' }, result: { port: 'Brest', metres: 4.2 }, success: true }],
      tool_calls_count: 1,
      tokens_streamed: 1,
      execution_time: 0,
    })
  })

  test('without calls answers with its text', async () => {
    expect((await run(agentOf([['Hello']]))).at(-1)).toMatchObject({ success: true, output: 'Hello', tool_results: [], tool_calls_count: 0 })
  })

  test('whose last tool failed says so in its result', async () => {
    const events = await run(agentOf([ask('Atlantis')]))
    expect(events.at(-2)).toMatchObject({ type: 'tool_error', error: 'no such port' })
    expect(events.at(-1)).toMatchObject({
      type: 'result',
      success: false,
      reason: 'tool_failed',
      error: 'no such port',
      output: null,
      tool_results: [{ tool: 'tide', error: 'no such port', success: false }],
    })
  })
})

describe('a hybrid agent', () => {
  test('thinks, uses tools and answers', async () => {
    const { agent, provider } = hybrid(
      [
        ['Let me look. ', { tool: 'tide', id: 'c1', arguments: { port: 'Brest' } }],
        ['It is 4.2 m. ', { usage: { inputTokens: 9, outputTokens: 4 } }],
      ],
      {
        instructions: 'Be brief.',
      },
    )
    const events = await run(agent, { description: 'How high?', context: { day: 'today' }, images: ['https://a.example/b.png'] })
    expect(types(events).filter((type) => type !== 'tool_call_delta')).toEqual([
      'started',
      'iteration_start',
      'token',
      'tool_calls_ready',
      'thought',
      'tool_call',
      'action',
      'tool_result',
      'observation',
      'iteration_start',
      'token',
      'usage',
      'result',
      'completed',
    ])
    expect(events.slice(-2)).toMatchObject([
      { type: 'result', success: true, reason: null, output: 'It is 4.2 m.', tool_calls_count: 1, iterations: 2, execution_time: 0, stop_reason: 'stop' },
      { type: 'completed', success: true, execution_time: 0 },
    ])
    expect(provider.calls[0]?.request.messages).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'How high?\n\nContext:\n{"day":"today"}', images: ['https://a.example/b.png'] },
    ])
  })

  test('S16: at its iteration limit says so, twice, and does not claim success', async () => {
    const { agent } = hybrid(Array(5).fill(ask('Brest')), { maxIterations: 2 })
    expect((await run(agent)).slice(-2)).toMatchObject([
      {
        type: 'result',
        success: false,
        reason: 'max_iterations_reached',
        iterations: 2,
        tool_calls_count: 2,
        output: 'Stopped at the limit of 2 iterations without an answer.',
      },
      { type: 'completed', success: false },
    ])
  })

  test('S10: goes on after a tool that fails', async () => {
    const { agent, provider } = hybrid([ask('Atlantis'), ['There is no such port.']])
    const events = await run(agent)
    expect(events.find(({ type }) => type === 'tool_error')).toMatchObject({ tool_name: 'tide', tool_call_id: 'c-Atlantis', error: 'no such port' })
    expect(provider.calls[1]?.request.messages.at(-1)).toMatchObject({ text: 'Error: no such port' })
    expect(events.at(-1)).toMatchObject({ type: 'completed', success: true })
  })

  test('S6: a model that fails in the middle is one error event, and the last', async () => {
    const { agent } = hybrid([['par', { fail: new ProviderError('scripted', 'scripted answered 429', { retryable: true, retryAfterMs: 2000 }) }]])
    const events = await run(agent)
    expect(types(events)).toEqual(['started', 'iteration_start', 'token', 'error'])
    expect(events.at(-1)).toMatchObject({ error: 'scripted answered 429', code: 'provider', retryable: true, retry_after_ms: 2000 })
  })

  test('X15, X20: what a foreign provider throws does not reach the client', async () => {
    const { agent } = hybrid([[{ fail: new TypeError('Bearer sk-secret at /srv/app.js') }]])
    const events = await run(agent)
    expect(events.at(-1)).toMatchObject({ type: 'error', error: 'The provider scripted failed', code: 'provider', retryable: false })
    expect(JSON.stringify(events)).not.toMatch(/sk-secret|srv/)
  })

  test('a task without a description is one error event', async () => {
    const { agent, provider } = hybrid([['a']])
    expect(await run(agent, { description: ' ' })).toMatchObject([{ type: 'error', error: 'The task has no description', code: 'agent' }])
    expect(provider.calls).toEqual([])
  })

  test('a picture needs no words, and what stands beside it is told', async () => {
    const { agent, provider } = hybrid([['A buoy.']])
    await run(agent, { description: '', images: ['https://a.example/b.png'], context: { day: 'today' } })
    expect(provider.calls[0]?.request.messages.at(-1)).toEqual({ role: 'user', text: 'Context:\n{"day":"today"}', images: ['https://a.example/b.png'] })
  })

  test('parameters of the run win over its own, member by member', async () => {
    const { agent, provider } = hybrid([['a']], { parameters: { temperature: 1, topP: 1, extra: { seed: 1, user: 'a' } } })
    await run(agent, { description: 'Hi' }, context({ parameters: { temperature: 0, extra: { seed: 2 } } }))
    expect(provider.calls[0]?.request.parameters).toEqual({ temperature: 0, topP: 1, extra: { seed: 2, user: 'a' } })
  })

  test('tells about itself, but never its instructions', () => {
    const { agent } = hybrid([], { instructions: 'secret', description: 'Knows tides.' })
    expect(agent.info).toEqual({
      name: 'h',
      description: 'Knows tides.',
      provider: 'scripted',
      model: 'script',
      tools: [{ name: 'tide', description: 'Tides.' }],
      supportsStreaming: true,
    })
  })

  test('an impossible iteration limit is refused when it is made', () => {
    expect(() => hybrid([], { maxIterations: 0 })).toThrow('at least 1')
  })
})

test('every agent tells the stop text that its model came to', async () => {
  const script: ScriptedTurn[] = [['a', { finish: 'stop', stopText: 'END' }]]
  const made = [createLLMAgent, createToolAgent, createHybridAgent].map((create) => create({ name: 'a', provider: scriptedProvider(script), tools: [tide] }))
  for (const agent of made) {
    const result = (await run(agent)).find(({ type }) => type === 'result')
    expect(result).toMatchObject({ stop_reason: 'stop', stop_text: 'END' })
  }
})

describe('aborting a run', () => {
  test('ends it without another event, and aborts the model', async () => {
    const { agent, provider } = hybrid([['partial', { stall: true }]])
    const controller = new AbortController()
    const events: AgentEvent[] = []
    for await (const event of agent.run({ description: 'Hi' }, context({ signal: controller.signal }))) {
      events.push(event)
      if (event.type === 'token') controller.abort()
    }
    expect(types(events)).toEqual(['started', 'iteration_start', 'token'])
    expect(provider.calls).toMatchObject([{ aborted: true }])
  })

  test('S13: ends it while a tool ignores the abort', async () => {
    let seen: AbortSignal | undefined
    const deaf: Tool = defineTool({
      name: 'tide',
      description: '',
      parameters: z.object({}),
      execute(_, { signal }) {
        seen = signal
        return new Promise(() => {})
      },
    })
    const { agent } = hybrid([[{ tool: 'tide' }]], { tools: [deaf] })
    const controller = new AbortController()
    const running = run(agent, { description: 'Hi' }, context({ signal: controller.signal }))
    await vi.waitFor(() => expect(seen).toBeDefined())
    controller.abort()
    expect(types(await running).at(-1)).toBe('action')
    expect(seen?.aborted).toBe(true)
  })

  test('before it starts does nothing', async () => {
    const { agent, provider } = hybrid([['a']])
    expect(await run(agent, { description: 'Hi' }, context({ signal: AbortSignal.abort() }))).toEqual([])
    expect(provider.calls).toEqual([])
  })
})

test('50 runs at once on one agent do not disturb each other, and one that failed poisons none', async () => {
  const provider = scriptedProvider(async function* ({ messages }) {
    const first = messages[0]
    const number = first && 'text' in first ? first.text : ''
    if (number === '13') throw new ProviderError('scripted', 'unlucky')
    if (messages.length === 1) yield { tool: 'tide', id: 'same', arguments: { port: `port ${number}` } }
    else yield `${messages.length} messages, number ${number}`
  })
  const agent = createHybridAgent({ name: 'h', provider, tools: [tide] })
  const runs = await Promise.all(Array.from({ length: 50 }, (_, number) => run(agent, { description: `${number}` }, context({ runId: `r${number}` }))))
  runs.forEach((events, number) => {
    if (number === 13) expect(events.at(-1)).toMatchObject({ type: 'error', error: 'unlucky' })
    else {
      expect(events.find(({ type }) => type === 'tool_result')).toMatchObject({ result: { port: `port ${number}` } })
      expect(events.at(-2)).toMatchObject({ output: `3 messages, number ${number}` })
    }
  })
})

test('arguments and answers cost the same per piece however many there are', async () => {
  const events = await run(
    createHybridAgent({
      name: 'h',
      provider: scriptedProvider([[{ tool: 'tide', arguments: { port: 'x'.repeat(20_000) }, fragmentLength: 1 }], ['a']]),
      tools: [tide],
    }),
  )
  const bytes = events.filter(({ type }) => type === 'tool_call_delta').map((event) => JSON.stringify(event).length)
  expect(bytes.length).toBeGreaterThan(20_000)
  expect(Math.max(...bytes)).toBeLessThan(250)
})
