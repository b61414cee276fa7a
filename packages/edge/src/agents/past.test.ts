import { initialRunState, reduceRun, selectText, selectToolCalls } from '@agentstream/client'
import { type AgentEvent, parseEvent } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { ProviderError } from '../errors.ts'
import type { StreamingProvider } from '../model/provider.ts'
import { scriptedProvider } from '../testing.ts'
import { defineTool } from '../tools/tool.ts'
import { createHybridAgent } from './hybrid-agent.ts'

/** An agent that adds, doubles, and says so; and how often its tools really ran. */
function calculator() {
  const ran: string[] = []
  const add = defineTool({
    name: 'add',
    description: 'Adds.',
    parameters: z.object({ a: z.number(), b: z.number() }),
    execute({ a, b }) {
      ran.push('add')
      return a + b
    },
  })
  const double = defineTool({
    name: 'double',
    description: 'Doubles.',
    parameters: z.object({ n: z.number() }),
    execute({ n }) {
      ran.push('double')
      return { twice: 2 * n }
    },
  })
  const provider = scriptedProvider(({ messages }) => {
    const answers = messages.filter(({ role }) => role === 'tool').length
    if (answers === 0) return ['I add ', 'first.', { tool: 'add', arguments: { a: 1, b: 2 } }, { tool: 'add', arguments: { a: 3, b: 4 } }]
    if (answers === 2) return ['Then double.', { tool: 'double', arguments: { n: 10 } }]
    return ['It is ', 'twenty', '.']
  })
  return { ran, provider, agent: createHybridAgent({ name: 'calculator', provider, tools: [add, double], parallelTools: false, now: () => 0 }) }
}

const context = (past?: readonly AgentEvent[]) => ({ runId: 'r', signal: new AbortController().signal, ...(past ? { past } : {}) })
async function collect(source: AsyncIterable<AgentEvent>): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of source) events.push(parseEvent(JSON.parse(JSON.stringify(event))))
  return events
}
const shownBy = (events: readonly AgentEvent[]) => {
  const state = events.reduce((run, event) => reduceRun(run, event, 0), initialRunState('r'))
  return {
    status: state.status,
    text: selectText(state),
    output: state.output,
    calls: selectToolCalls(state).map(({ toolName, status, result, parameters }) => ({ toolName, status, result, parameters })),
    order: state.main.parts.map(({ kind }) => kind),
  }
}

describe('S19 an agent that goes on with a run', () => {
  test('shows the same as if nothing had happened, wherever the run was cut, and runs no tool twice', async () => {
    const whole = await collect(calculator().agent.run({ description: 'add' }, context()))
    const expected = shownBy(whole)
    expect(expected).toMatchObject({ status: 'completed', text: expect.stringContaining('It is twenty.'), output: 'It is twenty.' })
    for (let cut = 0; cut < whole.length; cut++) {
      const past = whole.slice(0, cut)
      const finished = past.filter(({ type }) => type === 'tool_result').length
      const interrupted = past.filter(({ type }) => type === 'tool_call').length - finished
      const { agent, ran } = calculator()
      const events = await collect(agent.run({ description: 'add' }, context(past)))
      expect([cut, ran.length]).toEqual([cut, 3 - finished - interrupted])
      if (interrupted === 0) expect([cut, shownBy([...past, ...events])]).toEqual([cut, expected])
      else expect(shownBy([...past, ...events]).calls.filter(({ status }) => status === 'failed')).toHaveLength(1)
    }
  })

  test('may be cut again while it tells its past, and still runs no tool twice', async () => {
    const whole = await collect(calculator().agent.run({ description: 'add' }, context()))
    const past = whole.slice(0, whole.findIndex(({ type, ...event }) => type === 'iteration_start' && 'iteration' in event && event.iteration === 3) + 2)
    const retold = await collect(calculator().agent.run({ description: 'add' }, context(past)))
    for (let cut = 0; cut < retold.length; cut++) {
      const { agent, ran } = calculator()
      const twice = [...past, ...retold.slice(0, cut)]
      const events = await collect(agent.run({ description: 'add' }, context(twice)))
      expect([cut, ran]).toEqual([cut, []])
      expect([cut, shownBy([...twice, ...events]).text]).toEqual([cut, shownBy(whole).text])
    }
  })

  test('asks the model only for what it had not said, with all it had', async () => {
    const whole = await collect(calculator().agent.run({ description: 'add' }, context()))
    const { agent, provider } = calculator()
    const cut = whole.findIndex((event) => event.type === 'token' && event.content === 'twenty')
    const original = calculator()
    await collect(original.agent.run({ description: 'add' }, context()))
    await collect(agent.run({ description: 'add' }, context(whole.slice(0, cut))))
    expect(provider.calls.map(({ request }) => request)).toEqual([original.provider.calls.at(-1)?.request])
  })

  test('tells a vendor in words what it refuses as calls, because what it kept with them is not in the journal', async () => {
    const whole = await collect(calculator().agent.run({ description: 'add' }, context()))
    const { provider } = calculator()
    /** Takes no call back without the signature that it gave with it. */
    const insisting: StreamingProvider = {
      info: provider.info,
      async *stream(request, options) {
        if (request.messages.some((message) => message.role === 'assistant' && message.toolCalls.length > 0 && !message.providerData))
          throw new ProviderError('insisting', 'A call without its signature', { status: 400 })
        yield { type: 'provider_data', data: { signature: 'x' } }
        const told = request.messages
          .filter(({ text }) => text.includes('answered: '))
          .map(({ text }) => ({ role: 'tool', toolCallId: '', toolName: '', text }) as const)
        yield* provider.stream({ ...request, messages: [...request.messages, ...told] }, options)
      },
    }
    const double = defineTool({ name: 'double', description: 'Doubles.', parameters: z.object({ n: z.number() }), execute: ({ n }) => ({ twice: 2 * n }) })
    const add = defineTool({ name: 'add', description: 'Adds.', parameters: z.object({}), execute: () => Promise.reject(new Error('ran twice')) })
    const agent = createHybridAgent({ name: 'calculator', provider: insisting, tools: [add, double], now: () => 0 })
    const past = whole.slice(0, whole.findIndex((event) => event.type === 'iteration_start' && event.iteration === 2) + 1)
    const events = await collect(agent.run({ description: 'add' }, context(past)))
    expect(shownBy([...past, ...events])).toEqual(shownBy(whole))
    expect(provider.calls[0]?.request.messages.filter(({ role }) => role !== 'system').slice(0, 4)).toEqual([
      { role: 'user', text: 'add' },
      { role: 'assistant', text: 'I add first.\n[I call the tool add with {"a":1,"b":2}]\n[I call the tool add with {"a":3,"b":4}]', toolCalls: [] },
      { role: 'user', text: '[The tool add answered: 3]' },
      { role: 'user', text: '[The tool add answered: 7]' },
    ])
  })

  test.each([
    ['another refusal', 401],
    ['one that is of no call: none was made', 400],
  ])('hides no other refusal, and asks once: %s', async (_, status) => {
    const whole = await collect(calculator().agent.run({ description: 'add' }, context()))
    let asked = 0
    const refusing: StreamingProvider = {
      info: calculator().provider.info,
      // biome-ignore lint/correctness/useYield: it fails before it says anything.
      async *stream() {
        asked++
        throw new ProviderError('refusing', 'No such key', { status })
      },
    }
    const agent = createHybridAgent({ name: 'calculator', provider: refusing, now: () => 0 })
    const events = await collect(agent.run({ description: 'add' }, context(whole.slice(0, 3))))
    expect([events.at(-1), asked]).toEqual([expect.objectContaining({ type: 'error', error: 'No such key' }), 1])
  })
})
