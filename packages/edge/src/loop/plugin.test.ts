import type { AgentEvent } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { type ScriptedTurn, scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool } from '../tools/tool.ts'
import type { LoopExtension, Verdict } from './loop.ts'
import type { HybridPlugin } from './plugin.ts'

const plugin = (name: string, extension: LoopExtension): HybridPlugin => ({ name, join: () => extension })
const tool = (name: string) => defineTool({ name, description: `${name}.`, parameters: z.object({}), execute: () => name })

async function* says(content: string, verdict: Verdict): AsyncGenerator<AgentEvent, Verdict, undefined> {
  yield { type: 'custom', name: content, data: null }
  return verdict
}

async function play(script: readonly ScriptedTurn[], plugins: readonly HybridPlugin[]) {
  const provider = scriptedProvider(script)
  const agent = createHybridAgent({ name: 'h', instructions: 'Be brief.', provider, tools: [tool('own')], plugins, maxIterations: 3, now: () => 0 })
  const events: AgentEvent[] = []
  for await (const event of agent.run({ description: 'Hi' }, { runId: 'r', signal: new AbortController().signal })) events.push(event)
  return { provider, events, said: events.flatMap((event) => (event.type === 'custom' ? [event.name] : [])) }
}

test('plugins act in their order, before the loop and after every round, and may have the model asked again', async () => {
  const verdicts: Verdict[] = ['ask_again', 'as_it_is']
  const first = plugin('first', { beforeLoop: () => says('before', 'as_it_is'), afterRound: () => says('after', verdicts.shift() ?? 'as_it_is') })
  const second = plugin('second', { afterRound: () => says('also', 'as_it_is') })
  const { events, said, provider } = await play([['one'], ['two']], [first, second])
  expect(said).toEqual(['before', 'after', 'also', 'after', 'also'])
  expect(events.at(-2)).toMatchObject({ type: 'result', success: true, output: 'two', iterations: 2 })
  expect(provider.calls).toHaveLength(2)
})

test('a plugin may stop the run, before its first turn or later', async () => {
  const stop: Verdict = { reason: 'closed', text: 'The harbour is closed.' }
  const early = await play([], [plugin('p', { beforeLoop: () => says('before', stop) }), plugin('q', { beforeLoop: () => says('never', 'as_it_is') })])
  expect(early.said).toEqual(['before'])
  expect(early.events.at(-2)).toMatchObject({ type: 'result', success: false, reason: 'closed', output: 'The harbour is closed.', iterations: 0 })
  const late = await play([['a']], [plugin('p', { afterRound: () => says('after', stop) })])
  expect(late.events.slice(-2)).toMatchObject([
    { type: 'result', success: false, reason: 'closed' },
    { type: 'completed', success: false },
  ])
})

test('a plugin brings tools and instructions, hides tools, and answers calls that are never run', async () => {
  const answers = plugin('p', {
    instructions: ['Mind the tide.'],
    tools: [tool('shown'), tool('hidden')],
    hiddenTools: new Set(['hidden']),
    answerCall: (call, calls) => (call.name === 'shown' ? { alone: calls.length === 1 } : undefined),
  })
  const { provider, events } = await play([[{ tool: 'shown' }, { tool: 'hidden' }], ['done']], [answers])
  expect(provider.calls[0]?.request.tools?.map(({ name }) => name)).toEqual(['own', 'shown'])
  expect(provider.calls[0]?.request.messages.slice(0, 2)).toEqual([
    { role: 'system', text: 'Be brief.' },
    { role: 'system', text: 'Mind the tide.' },
  ])
  expect(events.flatMap((event) => (event.type === 'tool_result' ? [[event.tool_name, event.result]] : []))).toEqual([
    ['shown', { alone: false }],
    ['hidden', 'hidden'],
  ])
  expect(events.some((event) => event.type === 'tool_call' && event.tool_name === 'shown')).toBe(false)
})

test('two tools of one name are found out when the agent is made', () => {
  const plugins = [plugin('p', { tools: [tool('own')] })]
  expect(() => createHybridAgent({ name: 'h', provider: scriptedProvider([]), tools: [tool('own')], plugins })).toThrow('Two tools are named "own"')
})
