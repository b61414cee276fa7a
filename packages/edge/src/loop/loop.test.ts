import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { type ScriptedTurn, scriptedProvider } from '../model/scripted/provider.ts'
import { defineTool, type Tool, type ToolContext } from '../tools/tool.ts'
import { createToolbox } from '../tools/toolbox.ts'
import { createBudget } from './budget.ts'
import { createEmit } from './emit.ts'
import { type LoopOutcome, type LoopPolicy, runLoop } from './loop.ts'
import { createCallIds } from './tool-call-assembly.ts'

const policy: LoopPolicy = { narrate: false, afterTools: 'ask_again', parallelTools: true, toolFailureLimit: 2 }
const tool = (name: string, execute: (context: ToolContext) => unknown): Tool =>
  defineTool({ name, description: `${name}.`, parameters: z.object({}), execute: (_, context) => execute(context) })
const use = (...names: string[]): ScriptedTurn => names.map((name) => ({ tool: name }))
const short = (event: AgentEvent): string => [event.type, event['tool_name'], event['error']].filter(Boolean).join(' ')

function setup(script: readonly ScriptedTurn[], tools: readonly Tool[], more: Partial<LoopPolicy> & { turns?: number; signal?: AbortSignal } = {}) {
  const { turns = 10, signal = new AbortController().signal, ...changes } = more
  const provider = scriptedProvider(script)
  const loop = runLoop({
    provider,
    messages: [{ role: 'user', text: 'Hi' }],
    toolbox: createToolbox(tools),
    policy: { ...policy, ...changes },
    budget: createBudget(turns),
    runId: 'r',
    signal,
    emit: createEmit(),
    claimId: createCallIds(),
  })
  return { provider, loop }
}

async function finish(loop: AsyncGenerator<readonly AgentEvent[], LoopOutcome, undefined>): Promise<{ events: AgentEvent[]; outcome: LoopOutcome }> {
  const events: AgentEvent[] = []
  for (let step = await loop.next(); ; step = await loop.next()) {
    if (step.done) return { events, outcome: step.value }
    events.push(...step.value)
  }
}

test('the model is asked again with what its tools answered, until it answers', async () => {
  const { provider, loop } = setup(
    [
      ['Let me look.', { tool: 'tide', id: 'c1', arguments: {} }],
      ['It is ', 'high. '],
    ],
    [tool('tide', () => 4.2)],
  )
  const { outcome } = await finish(loop)
  expect(outcome).toMatchObject({ end: 'answered', text: 'It is high.', iterations: 2, tokens: 3, finishReason: 'stop' })
  expect(provider.calls.map(({ request }) => request.messages)).toEqual([
    [{ role: 'user', text: 'Hi' }],
    [
      { role: 'user', text: 'Hi' },
      { role: 'assistant', text: 'Let me look.', toolCalls: [{ id: 'c1', name: 'tide', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c1', toolName: 'tide', text: '4.2' },
    ],
  ])
})

test('S14: a call of a tool that does not exist goes back to the model as its answer', async () => {
  const { provider, loop } = setup([use('constructor'), ['ok']], [tool('tide', () => 1)])
  expect((await finish(loop)).events.map(short)).toContain('tool_error constructor There is no tool named "constructor"')
  expect(provider.calls[1]?.request.messages.at(-1)).toMatchObject({ role: 'tool', text: 'Error: There is no tool named "constructor"' })
})

test('S3: arguments that were cut by the token limit are not run', async () => {
  const execute = vi.fn()
  const { loop } = setup([[{ tool: 'tide', arguments: '{"a":' }, { finish: 'length' }], ['ok']], [tool('tide', execute)])
  await finish(loop)
  expect(execute).not.toHaveBeenCalled()
})

describe('S15: parallel calls', () => {
  test('run at once; one that fails does not stop the others, and answers keep the order of the calls', async () => {
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = tool('slow', async () => {
      await released
      return 'slow'
    })
    const bad = tool('bad', () => {
      release()
      throw new Error('broken')
    })
    const { provider, loop } = setup([use('slow', 'bad', 'quick'), ['ok']], [slow, bad, tool('quick', () => 'quick')])
    const { events } = await finish(loop)
    const results = events.map(short).filter((text) => /tool_(call|result|error) /.test(text))
    expect(results.slice(0, 3)).toEqual(['tool_call slow', 'tool_call bad', 'tool_call quick'])
    expect(new Set(results.slice(3))).toEqual(new Set(['tool_result slow', 'tool_error bad broken', 'tool_result quick']))
    expect(provider.calls[1]?.request.messages.slice(2).map((message) => 'text' in message && message.text)).toEqual(['slow', 'Error: broken', 'quick'])
  })

  test('run one after the other when the policy says so', async () => {
    const log: string[] = []
    const logged = (name: string): Tool =>
      tool(name, async () => {
        log.push(`${name} starts`)
        await Promise.resolve()
        log.push(`${name} ends`)
      })
    const { loop } = setup([use('a', 'b'), ['ok']], [logged('a'), logged('b')], { parallelTools: false })
    await finish(loop)
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends'])
  })

  test('beyond 64 are refused', async () => {
    const { loop } = setup([use(...Array(70).fill('a')), ['ok']], [tool('a', () => 1)])
    const { outcome } = await finish(loop)
    expect(outcome.outcomes.map(({ status }) => status)).toEqual([...Array(64).fill('done'), ...Array(6).fill('refused')])
  })
})

test('S16: a model that calls tools for ever ends with its budget', async () => {
  const { provider, loop } = setup(Array(9).fill(use('a')), [tool('a', () => 1)], { turns: 3 })
  expect((await finish(loop)).outcome).toMatchObject({ end: 'out_of_budget', iterations: 3, text: '' })
  expect(provider.calls).toHaveLength(3)
})

test('a tool that keeps failing is not offered again, and a call of it is refused', async () => {
  const execute = vi.fn(() => Promise.reject(new Error('down')))
  const { provider, loop } = setup([use('a'), use('a'), use('a'), ['ok']], [tool('a', execute), tool('b', () => 1)])
  const { events } = await finish(loop)
  expect(provider.calls.map(({ request }) => request.tools?.map(({ name }) => name))).toEqual([['a', 'b'], ['a', 'b'], ['b'], ['b']])
  expect(events.map(short)).toContain('tool_error a "a" is switched off for this run after 2 failures')
  expect(execute).toHaveBeenCalledTimes(2)
})

test('failures that are not in a row switch nothing off', async () => {
  let calls = 0
  const sometimes = tool('a', () => (calls++ % 2 === 0 ? Promise.reject(new Error('down')) : 1))
  const { loop } = setup([use('a'), use('a'), use('a'), use('a'), ['ok']], [sometimes])
  await finish(loop)
  expect(calls).toBe(4)
})

test('narrated, thoughts, actions and observations stand between the events they tell about', async () => {
  const { loop } = setup([['Let me look.', { tool: 'tide' }], ['High.']], [tool('tide', () => 'x'.repeat(3000))], { narrate: true, turns: 5 })
  const { events, outcome } = await finish(loop)
  expect(events.map(short)).toEqual(
    [
      'iteration_start',
      'token',
      'tool_call_delta tide',
      'tool_call_delta tide',
      'tool_calls_ready',
      'thought',
      'tool_call tide',
      'action tide',
      'tool_result tide',
      'observation',
      'iteration_start',
      'token',
    ].map((text) => text.replace('delta tide', 'delta')),
  )
  expect(events.filter(({ type }) => type === 'iteration_start')).toMatchObject([
    { iteration: 1, max_iterations: 5, remaining: 5 },
    { iteration: 2, max_iterations: 5, remaining: 4 },
  ])
  expect(events.find(({ type }) => type === 'observation')).toMatchObject({ content: `${'x'.repeat(2000)}…`, iteration: 1 })
  expect(outcome.steps).toMatchObject([
    { type: 'thought', content: 'Let me look.', iteration: 1 },
    { type: 'action', tool: 'tide', iteration: 1 },
    { type: 'thought', content: 'High.', iteration: 2 },
  ])
})

describe('aborting', () => {
  test('during a model’s turn ends at once and aborts its request', async () => {
    const controller = new AbortController()
    const { provider, loop } = setup([['a', { stall: true }]], [], { signal: controller.signal })
    await loop.next()
    const waiting = loop.next()
    controller.abort('stop')
    await expect(waiting).rejects.toBe('stop')
    expect(provider.calls).toMatchObject([{ aborted: true }])
  })

  test('S13: during tools ends at once, tells them all, and asks no model again', async () => {
    const controller = new AbortController()
    const signals: AbortSignal[] = []
    const hang = (name: string): Tool =>
      tool(name, ({ signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      })
    const { provider, loop } = setup([use('a', 'b'), ['never']], [hang('a'), hang('b')], { signal: controller.signal })
    const finishing = finish(loop)
    await vi.waitFor(() => expect(signals).toHaveLength(2))
    controller.abort('stop')
    await expect(finishing).rejects.toBe('stop')
    expect([signals.map(({ aborted }) => aborted), provider.calls.length]).toEqual([[true, true], 1])
  })

  test('leaving the loop early aborts the request too', async () => {
    const { provider, loop } = setup([['a', { stall: true }]], [])
    for await (const _ of loop) break
    await vi.waitFor(() => expect(provider.calls).toMatchObject([{ aborted: true }]))
  })
})
