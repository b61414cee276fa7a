import { describe, expect, test } from 'vitest'
import { allOk, documentOf, eventsOf, type PlayOptions, playDocument, requestsOf, stepOk, traceOf, types } from '../../test/dawp-play.ts'
import { createHybridAgent } from '../agents/hybrid-agent.ts'
import { ProviderError } from '../errors.ts'
import { type ScriptedTurn, scriptedProvider } from '../model/scripted/provider.ts'
import { dawp } from './dawp-plugin.ts'

/** Where AIECS does not do what its guide promises: what happens by default, and in compatible mode. */

const start = (input: Record<string, string>): ScriptedTurn => [{ tool: 'dawp_start', id: 's1', arguments: input }]
const torn: ScriptedTurn = [{ fail: new ProviderError('scripted', 'socket torn') }]

describe('S30: the last turn of the budget', () => {
  test('may complete the run; in compatible mode it fails it', async () => {
    const ours = await playDocument([stepOk, allOk], {}, { maxIterations: 2 })
    expect(eventsOf('dawp_run_completed', ours.events)).toMatchObject([{ success: true }])
    expect(ours.events.at(-2)).toMatchObject({ type: 'result', success: false, reason: 'max_iterations_reached', iterations: 2 })
    const theirs = await playDocument([stepOk, allOk], {}, { maxIterations: 2, compatible: true })
    expect(eventsOf('dawp_run_completed', theirs.events)).toMatchObject([{ success: false }])
  })

  test('may complete a step; the next one does not start, and the run fails', async () => {
    const ours = await playDocument([stepOk], {}, { maxIterations: 1, structuredResult: true })
    expect(types(ours.events).filter((type) => type.startsWith('dawp'))).toEqual([
      'dawp_run_started',
      'dawp_step_started',
      'dawp_step_completed',
      'dawp_run_completed',
      'dawp_result',
    ])
    expect(eventsOf('dawp_step_completed', ours.events)).toMatchObject([{ step_index: 0, success: true }])
    expect(eventsOf('dawp_result', ours.events)).toMatchObject([
      { success: false, dawp_result: { status: 'partial', criteria_progress: { completed_step_indices: [0], failed_step_index: 1 } } },
    ])
  })

  test('used up inside a step by tools: the step fails, the run fails, the task says so', async () => {
    const look: ScriptedTurn = [{ tool: 'tide', arguments: { port: 'Brest' } }]
    const { events, provider } = await playDocument([look, look], {}, { maxIterations: 2 })
    expect(provider.calls).toHaveLength(2)
    expect(traceOf(events).slice(-4)).toEqual([
      { type: 'dawp_step_completed', scope: 'dawp', step_index: 0, success: false },
      { type: 'dawp_run_completed', scope: 'dawp', success: false },
      { type: 'result', success: false, reason: 'max_iterations_reached' },
      { type: 'completed', success: false },
    ])
    expect(events.at(-2)).toMatchObject({ output: 'Stopped at the limit of 2 iterations without an answer.' })
  })
})

describe('what upstream leaves out', () => {
  test('summaries of the steps; in compatible mode none', async () => {
    const script = [['hm'], stepOk, allOk, ['done']]
    const ours = await playDocument(script, {})
    expect(eventsOf('dawp_run_completed', ours.events)).toMatchObject([
      {
        step_summaries: [
          { step_id: 'gather-facts', step_index: 0, success: true, iterations: 2 },
          { step_id: 'decide', step_index: 1, success: true, iterations: 1 },
        ],
      },
    ])
    const theirs = await playDocument(script, {}, { compatible: true })
    expect(eventsOf('dawp_run_completed', theirs.events)).toMatchObject([{ step_summaries: [] }])
  })

  test('turns of a step are counted; in compatible mode each is the first of one', async () => {
    const counts = async (compatible: boolean) => {
      const { events } = await playDocument([['hm'], stepOk, allOk, ['done']], { extra: 'max_iterations_per_prompt: 3\n' }, { compatible })
      return eventsOf('iteration_start', events).map((event) => [event['iteration'], event['max_iterations'], event['remaining']])
    }
    expect(await counts(false)).toEqual([
      [1, 3, 10],
      [2, 3, 9],
      [1, 3, 8],
      [1, 10, 7],
    ])
    expect(await counts(true)).toEqual([
      [1, 1, 10],
      [1, 1, 9],
      [1, 1, 8],
      [1, 10, 7],
    ])
  })

  test('max_iterations_per_prompt ends a step that goes on and on; in compatible mode it does not', async () => {
    const extra = 'max_iterations_per_prompt: 2\n'
    const ours = await playDocument([['x'], ['y'], ['done']], { extra })
    expect(eventsOf('dawp_step_completed', ours.events)).toMatchObject([{ step_index: 0, success: false }])
    expect(ours.events.at(-2)).toMatchObject({ type: 'result', success: true, output: 'done' })
    const theirs = await playDocument([['x'], ['y'], stepOk, allOk, ['done']], { extra }, { compatible: true })
    expect(eventsOf('dawp_run_completed', theirs.events)).toMatchObject([{ success: true }])
  })

  test('dawp_start may be called; in compatible mode it is offered and then refused', async () => {
    const parts = { placement: 'on_response_trigger', extra: 'dawp_trigger: <GO>\n' }
    const ours = await playDocument([start({ workflow_source: 'static' }), stepOk, allOk, ['done']], parts)
    expect(eventsOf('dawp_run_completed', ours.events)).toMatchObject([{ success: true }])
    const theirs = await playDocument([start({ workflow_source: 'static' }), ['done']], parts, { compatible: true })
    expect(requestsOf(theirs.provider)[0]).toMatchObject({ dawp_start_offered: true })
    expect(eventsOf('tool_error', theirs.events)).toMatchObject([{ tool_name: 'dawp_start' }])
    const none = await playDocument([['done']], parts, { allowStartTool: false })
    expect(requestsOf(none.provider)[0]).toMatchObject({ dawp_start_offered: false })
  })

  test('a model that fails closes its step before the run; in compatible mode only the run', async () => {
    const closing = async (compatible: boolean) => types((await playDocument([torn], {}, { compatible })).events).slice(-3)
    expect(await closing(false)).toEqual(['dawp_step_completed', 'dawp_run_completed', 'error'])
    expect(await closing(true)).toEqual(['iteration_start', 'dawp_run_completed', 'error'])
  })

  test('a document without steps is refused when the agent is made; in compatible mode its run fails at once', async () => {
    expect(() => dawp({ document: documentOf({ steps: [] }) })).toThrow(expect.objectContaining({ problem: 'prompts_missing' }))
    const { events } = await playDocument([['done']], { steps: [] }, { compatible: true, structuredResult: true })
    expect(types(events).slice(1, 4)).toEqual(['dawp_run_started', 'dawp_run_completed', 'dawp_result'])
    expect(events.at(-1)).toMatchObject({ success: true })
  })

  test('what was said stays in the conversation, which never ends with the assistant; in compatible mode it is forgotten', async () => {
    const script = [['plan\n<GO>'], ['hm'], stepOk, allOk, ['done']]
    const parts = { placement: 'on_response_trigger', extra: 'dawp_trigger: <GO>\ntrigger_instruction: Print <GO>.\n' }
    const last = async (compatible: boolean) => requestsOf((await playDocument(script, parts, { compatible })).provider).at(-1)
    expect(await last(false)).toMatchObject({
      messages: ['trigger_instruction', 'task', 'assistant', 'prompt:0', 'assistant', 'reminder:0', 'assistant', 'prompt:1', 'assistant', 'summary'],
    })
    expect(await last(true)).toMatchObject({ messages: ['trigger_instruction', 'task', 'prompt:0', 'prompt:1'] })
  })

  test('inject_only leaves one message, from nobody the model could take itself for', async () => {
    const { provider } = await playDocument([stepOk, allOk, ['done']], { extra: 'merge_back: inject_only\n' })
    expect(requestsOf(provider).at(-1)).toMatchObject({ messages: ['task', 'summary'] })
    expect(provider.calls.at(-1)?.request.messages.at(-1)).toMatchObject({ role: 'user', text: expect.stringMatching(/^\[DAWP flow: run complete\]/) })
  })
})

describe('the structured result', () => {
  const resultOf = async (options: Omit<PlayOptions, 'document'>, script = [stepOk, allOk, ['done']] as readonly ScriptedTurn[]) =>
    eventsOf('dawp_result', (await playDocument(script, {}, { structuredResult: true, ...options })).events)[0]

  test('counts every completed step; in compatible mode not the last, and without a time', async () => {
    const ours = await resultOf({})
    expect(ours).toMatchObject({ success: true, timestamp: expect.any(String), dawp_result: { status: 'completed', error: null } })
    expect(ours?.['dawp_result']).toMatchObject({ criteria_progress: { steps_completed: 2, completed_step_indices: [0, 1] } })
    expect(await resultOf({ compatible: true })).toEqual({
      type: 'dawp_result',
      success: true,
      dawp_result: {
        status: 'completed',
        deliverable_refs: [],
        partial_artifacts: [],
        criteria_progress: { steps_completed: 1, steps_total: 2, completed_step_indices: [0] },
        chain_state: {
          run_id: expect.stringMatching(/^dawp-[0-9a-f]{8}$/),
          workflow_id: 'flow',
          steps_total: 2,
          steps_completed: [0],
          failed_step_index: null,
          run_success_sentinel: true,
        },
        error: null,
      },
    })
  })

  test('of a failed run holds the hand-off', async () => {
    const handoff = expect.stringMatching(
      /^\[DAWP RUN INCOMPLETE: flow\]\n.*Completed:\n- gather-facts — ### gather-facts\n.*Not completed:\n- decide — ### decide\n/s,
    )
    expect(await resultOf({ compatible: true, maxIterations: 2 }, [stepOk, ['undecided']])).toMatchObject({
      success: false,
      dawp_result: {
        status: 'partial',
        partial_artifacts: [{ kind: 'handoff_message', content: handoff }],
        criteria_progress: { steps_completed: 1, steps_total: 2, completed_step_indices: [0], failed_step_index: 1 },
        chain_state: { failed_step_index: 1, run_success_sentinel: false },
        error: handoff,
      },
    })
    expect(await resultOf({ maxIterations: 1 }, [['no']])).toMatchObject({ dawp_result: { status: 'failed' } })
    expect(await resultOf({ maxIterations: 1, abortMain: true }, [['no']])).toMatchObject({ dawp_result: { status: 'aborted' } })
  })

  test('is also sent when the context of the task asks for it', async () => {
    const agent = createHybridAgent({ name: 'h', provider: scriptedProvider([stepOk, allOk, ['done']]), plugins: [dawp({ document: documentOf() })] })
    const seen: string[] = []
    const task = { description: 'Hi', context: { dawp_emit_structured_result: true } }
    for await (const { type } of agent.run(task, { runId: 'r', signal: new AbortController().signal })) seen.push(type)
    expect(seen).toContain('dawp_result')
    // Run events are off: steps are announced all the same.
    expect(seen).not.toContain('dawp_run_started')
    expect(seen).toContain('dawp_step_started')
  })
})
