import { initialRunState, reduceRun, selectToolCalls } from '@agentstream/client'
import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { agentOf, context, reject, run, story } from '../../../test/workflow-play.ts'
import { ProviderError } from '../../errors.ts'
import { type ScriptedTurn, scriptedProvider } from '../../model/scripted/provider.ts'
import { defineTool } from '../../tools/tool.ts'
import type { Agent } from '../agent.ts'
import { createHybridAgent } from '../hybrid-agent.ts'
import { createLLMAgent } from '../llm-agent.ts'
import { createWorkflowAgent, executeWorkflow } from '../workflow-agent.ts'
import { toolHandler } from './tool-handler.ts'
import { createWorkflow } from './workflow.ts'

describe('tools', () => {
  const tide = defineTool({
    name: 'tide',
    description: '',
    parameters: z.object({ port: z.string() }),
    execute({ port }, { emit }) {
      emit({ progress: 0.5 })
      return port === 'Atlantis' ? reject('no such port') : { port, metres: 4.2 }
    },
  })

  test('AC-25: a wrapped tool shows a line, runs, shows its result, and gives it on as a value', async () => {
    const workflow = createWorkflow('w')
      .step({ name: 'look', handler: toolHandler(tide) })
      .step({ name: 'use', dependsOn: ['look'], handler: (_, { look_result }) => look_result })
    const events = await run(agentOf(workflow), { description: 'x', context: { look_params: { port: 'Brest' } } })
    expect(story(events).slice(2, 7)).toEqual([
      'token look Executing tide…\n',
      'tool_call look',
      'tool_progress look',
      'tool_result look true',
      'token look Result: {"port":"Brest","metres":4.2}\n',
    ])
    expect(events.at(-2)).toMatchObject({ output: { port: 'Brest', metres: 4.2 } })
  })

  test('a step that is a tool shows only what the tool does; one that fails fails the step', async () => {
    const workflow = createWorkflow('w').step({ name: 'look', tool: 'tide' })
    const agent = agentOf(workflow, { tools: [tide] })
    expect(story(await run(agent, { description: 'x', context: { look_params: { port: 'Brest' } } })).filter((line) => line.startsWith('token'))).toEqual([])
    const events = await run(agent, { description: 'x', context: { look_params: { port: 'Atlantis' } } })
    expect(story(events)).toContain('tool_error look')
    expect(events.at(-2)).toMatchObject({ success: false, error: 'Step "look" failed: no such port' })
    expect((await run(agent)).at(-2)).toMatchObject({ success: false, error: expect.stringContaining('do not fit: port') })
  })

  test('one that needs approval does not run when nobody can be asked', async () => {
    let calls = 0
    const launch = defineTool({ name: 'launch', description: '', parameters: z.object({}), needsApproval: true, execute: () => calls++ })
    expect((await run(agentOf(createWorkflow('w').step({ name: 'a', tool: launch })))).at(-2)).toMatchObject({ success: false })
    expect(calls).toBe(0)
  })

  test('lines may be worded otherwise, or left out', async () => {
    const handler = toolHandler('tide', { statusLine: ({ port }) => `Asking ${port}`, resultLine: false })
    const workflow = createWorkflow('w').step({ name: 'look', handler })
    const events = await run(agentOf(workflow, { tools: [tide] }), { description: 'x', context: { look_params: { port: 'Brest' } } })
    expect(story(events).filter((line) => line.startsWith('token'))).toEqual(['token look Asking Brest\n'])
  })
})

describe('agents', () => {
  const named = (name: string, script: readonly ScriptedTurn[]) => {
    const provider = scriptedProvider(script)
    return { provider, agent: createLLMAgent({ name, provider }) }
  }

  test('AC-20: an action is told to the first agent, with the task and the results it builds on', async () => {
    const { provider, agent } = named('first', [['Fair ', 'winds.']])
    const workflow = createWorkflow('w')
      .step({ name: 'port', handler: () => ({ name: 'Brest' }) })
      .step({ name: 'other', handler: () => 'not told' })
      .step({ name: 'say', dependsOn: ['port'], action: 'Describe the port.' })
    const events = await run(agentOf(workflow, { agents: [agent, named('second', []).agent] }), { description: 'Plan a trip' })
    expect(events.at(-2)).toMatchObject({ success: true, output: 'Fair winds.' })
    expect(provider.calls[0]?.request.messages).toEqual([
      { role: 'user', text: 'Describe the port.\n\nContext:\n{"task":"Plan a trip","port_result":{"name":"Brest"}}' },
    ])
    expect(story(events).filter((line) => line.includes('say'))).toEqual(['step_started say', 'token say Fair ', 'token say winds.', 'step_completed say true'])
  })

  test('a named agent without an action gets the task; an action may be made of the context', async () => {
    const { provider, agent } = named('writer', [['a'], ['b']])
    const workflow = createWorkflow('w')
      .step({ name: 'one', agent: 'writer' })
      .step({ name: 'two', agent: 'writer', dependsOn: ['one'], action: ({ one_result }) => `Improve: ${one_result}` })
    await run(agentOf(workflow, { agents: [agent] }))
    expect(provider.calls.map(({ request: { messages } }) => messages)).toMatchObject([[{ text: 'Go' }], [{ text: expect.stringMatching(/^Improve: a\n/) }]])
  })

  test('two at once have calls and iterations of their own', async () => {
    const tool = defineTool({ name: 'tide', description: '', parameters: z.object({}), execute: () => 1 })
    const agent = createHybridAgent({
      name: 'h',
      tools: [tool],
      provider: scriptedProvider(async function* ({ messages }) {
        if (messages.length === 1) yield { tool: 'tide', id: 'same' }
        else yield 'done'
      }),
    })
    const workflow = createWorkflow('w').step({ name: 'a', agent }).step({ name: 'b', agent })
    const events = await run(agentOf(workflow))
    const idsOf = (type: AgentEvent['type'], step: string) =>
      events.filter((event) => event.type === type && event['step_name'] === step).map((event) => event['tool_call_id'])
    expect(idsOf('tool_call', 'a')).toEqual(idsOf('tool_result', 'a'))
    expect(idsOf('tool_call', 'b')).toEqual(idsOf('tool_result', 'b'))
    expect(idsOf('tool_call', 'a')).not.toEqual(idsOf('tool_call', 'b'))
    expect(events.flatMap((event) => (event.type === 'iteration_start' ? [event.iteration] : []))).toEqual([1, 2, 3, 4])
    expect(events.filter(({ type }) => type === 'result' || type === 'completed')).toHaveLength(2)
  })

  test('a client shows two at once without mixing up their calls', async () => {
    const tool = defineTool({ name: 'tide', description: '', parameters: z.object({ port: z.string() }), execute: ({ port }) => port })
    const asking = (port: string) => {
      const provider = scriptedProvider([[`${port}? `, { tool: 'tide', id: 'same', arguments: { port }, fragmentLength: 1 }], [port]])
      return createHybridAgent({ name: port, tools: [tool], provider })
    }
    const workflow = createWorkflow('w')
      .step({ name: 'a', agent: asking('Brest') })
      .step({ name: 'b', agent: asking('Cadiz') })
    const state = (await run(agentOf(workflow))).reduce((before, event) => reduceRun(before, event, 0), initialRunState('r'))
    expect(state).toMatchObject({
      status: 'completed',
      steps: [
        { name: 'a', status: 'done' },
        { name: 'b', status: 'done' },
      ],
      counts: { restarts: 0, toolCalls: 2 },
    })
    const calls = selectToolCalls(state).map(({ status, parameters, result }) => [status, parameters, result])
    expect(calls).toEqual([
      ['done', { port: 'Brest' }, 'Brest'],
      ['done', { port: 'Cadiz' }, 'Cadiz'],
    ])
  })

  test('know the conversation, and leave it to the workflow what is remembered', async () => {
    const { agent, provider } = named('chat', [['Two.']])
    const workflow = createWorkflow('w')
      .step({ name: 'a', agent })
      .step({ name: 'b', dependsOn: ['a'], handler: (_, { a_result }) => ({ said: a_result }) })
    const turns: unknown[] = []
    const session = { history: [{ role: 'user' as const, text: 'One?' }], remember: (turn: readonly unknown[]) => turns.push(turn) }
    await run(agentOf(workflow), { description: 'And now?' }, context({ session }))
    expect(provider.calls[0]?.request.messages.map((message) => 'text' in message && message.text)).toEqual(['One?', 'And now?'])
    expect(turns).toEqual([
      [
        { role: 'user', text: 'And now?' },
        { role: 'assistant', text: '{"said":"Two."}', toolCalls: [] },
      ],
    ])
  })

  test('compatible: an action is told with every entry whose key has the name of a step it depends on', async () => {
    const { agent, provider } = named('first', [['ok']])
    const workflow = createWorkflow('w', { compatible: true })
      .step({ name: 'port', handler: () => 'Brest' })
      .step({ name: 'say', dependsOn: ['port'], action: 'Describe.' })
    await executeWorkflow(workflow, { agents: [agent], context: { airport: 1, wind: 2 } })
    expect(provider.calls[0]?.request.messages).toMatchObject([{ text: 'Describe.\n\nContext:\n{"airport":1,"port_result":"Brest"}' }])
  })

  test('one that fails fails its step, with the reason', async () => {
    const failing = createLLMAgent({ name: 'f', provider: scriptedProvider([['par', { fail: new ProviderError('scripted', 'scripted answered 500') }]]) })
    const events = await run(agentOf(createWorkflow('w').step({ name: 'a', agent: failing })))
    expect(events.some(({ type }) => type === 'error')).toBe(false)
    expect(events.at(-2)).toMatchObject({ success: false, error: 'Step "a" failed: scripted answered 500' })
    const limited = createHybridAgent({ name: 'l', maxIterations: 1, provider: scriptedProvider([[{ tool: 'x' }]]) })
    expect((await run(agentOf(createWorkflow('w').step({ name: 'a', agent: limited })))).at(-2)).toMatchObject({
      error: 'Step "a" failed: max_iterations_reached',
    })
    const mute: Agent = { name: 'mute', info: limited.info, async *run() {} }
    expect((await run(agentOf(createWorkflow('w').step({ name: 'a', agent: mute })))).at(-2)).toMatchObject({
      error: expect.stringContaining('without a result'),
    })
  })

  test('a workflow may be a step of another; its steps are named below it', async () => {
    const inner = createWorkflowAgent({ name: 'inner', workflow: createWorkflow('inner').step({ name: 'b', handler: ({ emit }) => emit('hi') }) })
    const events = await run(agentOf(createWorkflow('outer').step({ name: 'a', agent: inner })))
    expect(story(events)).toEqual([
      'started',
      'step_started a',
      'step_started a/b',
      'token a/b hi',
      'step_completed a/b true',
      'step_completed a true',
      'result true',
      'completed true',
    ])
  })

  test('a handler may run them, and leave them behind', async () => {
    const { agent, provider } = named('slow', [['x', { stall: true }]])
    const workflow = createWorkflow('w').step({
      name: 'a',
      async handler({ runAgent }) {
        void runAgent('slow', 'Go on')
        await vi.waitFor(() => expect(provider.calls).toHaveLength(1))
        return 'enough'
      },
    })
    expect((await run(agentOf(workflow, { agents: [agent] }))).at(-2)).toMatchObject({ output: 'enough' })
    await vi.waitFor(() => expect(provider.calls).toMatchObject([{ aborted: true }]))
  })
})
