import type { AgentEvent } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { documentOf } from '../../test/dawp-play.ts'
import { dawp } from '../dawp/dawp-plugin.ts'
import { type ScriptedTurn, scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool, type Tool } from '../tools/tool.ts'
import type { RunContext } from './agent.ts'
import { createHybridAgent, type HybridAgentOptions } from './hybrid-agent.ts'

const tide = defineTool({ name: 'tide', description: 'Tides.', parameters: z.object({ port: z.string() }), execute: ({ port }) => ({ port, metres: 4.2 }) })
const page = defineTool({
  name: 'page',
  description: 'Makes a page.',
  parameters: z.object({ title: z.string() }),
  execute: ({ title }) => (title === '' ? Promise.reject(new Error('<html> needs a title')) : `<html>${title}</html>\n`),
})
const make = (...titles: string[]): { tool: string; id: string; arguments: { title: string } }[] =>
  titles.map((title) => ({ tool: 'page', id: `p-${title}`, arguments: { title } }))
const ask = { tool: 'tide', id: 't', arguments: { port: 'Brest' } }
const isPage: HybridAgentOptions['stopWhen'] = ({ text }) => /<html[\s>]/i.test(text)

async function play(
  script: readonly ScriptedTurn[],
  more: Partial<HybridAgentOptions>,
  given: Partial<RunContext> = {},
  tools: readonly Tool[] = [tide, page],
) {
  const provider = scriptedProvider(script)
  const agent = createHybridAgent({ name: 'h', provider, tools, now: () => 0, ...more })
  const events: AgentEvent[] = []
  for await (const event of agent.run({ description: 'Make a page' }, { runId: 'r', signal: new AbortController().signal, ...given })) events.push(event)
  return { provider, events }
}

test('a tool’s answer that is enough is the output; no later call of the turn is made, and the model is not asked again', async () => {
  const { provider, events } = await play([['Let me see.', ask, ...make('A', 'B')]], { stopWhen: isPage })
  expect(provider.calls).toHaveLength(1)
  const called = events.flatMap((event) => (event.type === 'tool_call' || event.type === 'tool_result' ? [event.tool_call_id] : []))
  expect(called).toEqual(['t', 't', 'p-A', 'p-A'])
  expect(events.slice(-2)).toMatchObject([
    { type: 'result', success: true, reason: null, output: '<html>A</html>\n', tool_calls_count: 2, iterations: 1 },
    { type: 'completed', success: true },
  ])
})

test('every answer is asked about once, with its tool and what went in and out; a call that failed has none', async () => {
  const told: unknown[] = []
  const stateful = /4\.2/g
  const stopWhen: HybridAgentOptions['stopWhen'] = (answer) => {
    told.push(answer)
    return stateful.test(answer.text)
  }
  const { provider, events } = await play([make(''), [ask], ['unread']], { stopWhen })
  const text = '{"port":"Brest","metres":4.2}'
  expect(told).toEqual([{ tool: 'tide', parameters: { port: 'Brest' }, result: { port: 'Brest', metres: 4.2 }, text }])
  expect(provider.calls).toHaveLength(2)
  expect(events.at(-2)).toMatchObject({ type: 'result', success: true, output: text })
})

test('without one that is enough the model answers, as ever', async () => {
  const { events } = await play([[ask, ask], ['4.2 m']], { stopWhen: isPage })
  expect(events.at(-2)).toMatchObject({ type: 'result', success: true, output: '4.2 m', tool_calls_count: 2, iterations: 2 })
})

test('the conversation that is remembered holds only calls that have an answer', async () => {
  let remembered: unknown
  const remember = (turn: unknown): void => {
    remembered = turn
  }
  await play([make('A', 'B')], { stopWhen: isPage }, { session: { history: [], remember } })
  expect(remembered).toEqual([
    { role: 'user', text: 'Make a page' },
    { role: 'assistant', text: '', toolCalls: [{ id: 'p-A', name: 'page', arguments: '{"title":"A"}' }] },
    { role: 'tool', toolCallId: 'p-A', toolName: 'page', text: '<html>A</html>\n' },
    { role: 'assistant', text: '<html>A</html>\n', toolCalls: [] },
  ])
})

test('in a step of a workflow document, the answer is searched for the step’s marker', async () => {
  const answers = ['seen', 'seen\n<STEP_OK>', 'seen\n<ALL_OK>']
  const look = defineTool({ name: 'look', description: 'Looks.', parameters: z.object({}), execute: () => answers.shift() })
  const turn: ScriptedTurn = [{ tool: 'look' }]
  const { provider, events } = await play(
    [turn, turn, turn, ['done']],
    { plugins: [dawp({ document: documentOf() })], stopWhen: ({ text }) => text.startsWith('seen') },
    {},
    [look],
  )
  expect(events.flatMap((event) => (event.type === 'dawp_step_completed' ? [event.success] : []))).toEqual([true, true])
  expect(provider.calls).toHaveLength(4)
  expect(events.at(-2)).toMatchObject({ type: 'result', success: true, output: 'done' })
})
