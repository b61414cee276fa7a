import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AgentEvent } from '../wire.ts'
import { createDraft, snapshot } from './draft.ts'
import { fold, reduceRun } from './reduce.ts'
import { selectIterations, selectMetrics, selectText, selectThinking, selectToolCalls } from './select.ts'
import { initialRunState, type RunState, type ToolPart } from './state.ts'

const foldAll = (events: readonly AgentEvent[]): RunState => events.reduce((state, event, at) => reduceRun(state, event, at), initialRunState('r'))
const tools = (state: RunState): readonly ToolPart[] => selectToolCalls(state)
const token = (content: string): AgentEvent => ({ type: 'token', content })
const scope = { kind: 'dawp', run_id: 'd1', workflow_id: 'w', step_id: 's', step_index: 0, prompt_index: 0 }

const id = fc.constantFrom('a', 'b', 'call_0')
const name = fc.constantFrom('tide', 'tide_low', 'moon')
const anyEvent: fc.Arbitrary<AgentEvent> = fc
  .tuple(
    fc.oneof(
      fc.constant<AgentEvent>({ type: 'started' }),
      fc.nat(3).map((iteration): AgentEvent => ({ type: 'iteration_start', iteration })),
      fc.string().map(token),
      fc.string().map((content): AgentEvent => ({ type: 'thinking_token', content })),
      fc.tuple(id, fc.string()).map(([message_id, content]): AgentEvent => ({ ...token(content), message_id })),
      fc.tuple(id, fc.string()).map(([step_name, content]): AgentEvent => ({ ...token(content), step_name })),
      id.map((step_name): AgentEvent => ({ type: 'step_completed', step_name })),
      fc
        .tuple(id, name, fc.string())
        .map(([callId, tool, delta]): AgentEvent => ({ type: 'tool_call_delta', tool_call: { id: callId, function: { name: tool } }, arguments_delta: delta })),
      fc
        .tuple(id, name)
        .map(([callId, tool]): AgentEvent => ({ type: 'tool_calls_ready', tool_calls: [{ id: callId, function: { name: tool, arguments: '{}' } }] })),
      fc.tuple(name, fc.option(id)).map(([tool, callId]): AgentEvent => ({ type: 'tool_call', tool_name: tool, parameters: {}, tool_call_id: callId })),
      fc.tuple(name, fc.option(id)).map(([tool, callId]): AgentEvent => ({ type: 'tool_result', tool_name: tool, result: 1, tool_call_id: callId })),
      fc.tuple(name, fc.option(id)).map(([tool, callId]): AgentEvent => ({ type: 'tool_error', tool_name: tool, error: 'no', tool_call_id: callId })),
      id.map((callId): AgentEvent => ({ type: 'approval_request', approval_id: callId, tool_call_id: callId, tool_name: 'tide', parameters: {} })),
      fc.tuple(id, fc.boolean()).map(([approvalId, approved]): AgentEvent => ({ type: 'approval_response', approval_id: approvalId, approved })),
      fc.constantFrom<AgentEvent>(
        { type: 'thought', content: 't' },
        { type: 'observation', content: 'o' },
        { type: 'action', tool_name: 'tide' },
        { type: 'custom', name: 'x', data: 1 },
      ),
      fc.constantFrom<AgentEvent>({ type: 'dawp_run_started', run_id: 'd1', trigger: 'config' }, { type: 'dawp_run_completed', run_id: 'd1', success: true }),
      fc.constantFrom<AgentEvent>(
        { type: 'dawp_step_started', run_id: 'd1', step_id: 's', step_index: 0 },
        { type: 'dawp_step_completed', run_id: 'd1', step_id: 's', step_index: 0, success: true },
      ),
      fc.constantFrom<AgentEvent>(
        { type: 'step_started', step_name: 'one' },
        { type: 'step_completed', step_name: 'one' },
        { type: 'usage', input_tokens: 1, iteration: 1 },
        { type: 'result', output: 'o' },
      ),
      fc.constantFrom<AgentEvent>({ type: 'completed' }, { type: 'error', error: 'no' }, { type: 'agent_hook' }),
    ),
    fc.boolean(),
  )
  .map(([event, isDawp]) => (isDawp ? { ...event, loop_scope: scope } : event))

describe('folding', () => {
  test('many events and one snapshot equal the pure form one by one, wherever snapshots are taken', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyEvent, fc.boolean()), { maxLength: 40 }), (steps) => {
        const draft = createDraft(initialRunState('r'))
        const published: [RunState, string][] = []
        steps.forEach(([event, isPublished], at) => {
          fold(draft, event, at)
          if (!isPublished) return
          const state = snapshot(draft)
          published.push([state, JSON.stringify(state)])
        })
        expect(snapshot(draft)).toEqual(foldAll(steps.map(([event]) => event)))
        for (const [state, text] of published) expect(JSON.stringify(state)).toBe(text)
      }),
      { numRuns: 1000 },
    )
  })

  test('what an event did not touch is the same object', () => {
    const events: AgentEvent[] = [
      token('a'),
      { type: 'tool_call', tool_name: 'tide' },
      { type: 'dawp_step_started', run_id: 'd', step_id: 's', step_index: 0 },
      token('b'),
    ]
    const before = foldAll(events)
    const after = reduceRun(before, token('c'), 9)
    expect(after.dawpRuns).toBe(before.dawpRuns)
    expect(after.main.parts.slice(0, -1).every((part, at) => part === before.main.parts[at])).toBe(true)
    expect(after.main.parts.at(-1)).not.toBe(before.main.parts.at(-1))
    expect(before.main.parts.at(-1)).toMatchObject({ text: 'b' })
  })

  test('a snapshot without a change is the same object', () => {
    const draft = createDraft(initialRunState('r'))
    fold(draft, token('a'), 1)
    expect(snapshot(draft)).toBe(snapshot(draft))
  })
})

describe('tool calls', () => {
  const delta = (callId: string, text: string): AgentEvent => ({
    type: 'tool_call_delta',
    tool_call: { id: callId, function: { name: 'tide', arguments: text } },
  })

  test('cumulative arguments replace, incremental ones append', () => {
    expect(tools(foldAll([delta('c1', '{"p'), delta('c1', '{"port":')]))[0]).toMatchObject({ argumentsText: '{"port":', status: 'assembling' })
    const piece = (text: string): AgentEvent => ({ type: 'tool_call_delta', tool_call: { id: 'c1', function: {} }, arguments_delta: text })
    expect(tools(foldAll([piece('{"p'), piece('ort":')]))[0]).toMatchObject({ argumentsText: '{"port":' })
  })

  test('a placeholder id becomes the real one, in one card', () => {
    const state = foldAll([
      delta('call_0', '{'),
      delta('tc-1', '{}'),
      { type: 'tool_calls_ready', tool_calls: [{ id: 'tc-1', function: { name: 'tide', arguments: '{}' } }] },
    ])
    expect(tools(state)).toMatchObject([{ id: 'tool-1', callId: 'tc-1', status: 'ready', parameters: {} }])
  })

  test('placeholders of parallel calls are not each other', () => {
    expect(tools(foldAll([delta('call_0', '{'), delta('call_1', '{"'), delta('tc-1', '{}')]))).toMatchObject([
      { callId: 'tc-1', argumentsText: '{}' },
      { callId: 'call_1', argumentsText: '{"' },
    ])
  })

  test('parallel calls are told apart by id', () => {
    const state = foldAll([
      delta('a', '{"port":"Brest"}'),
      delta('b', '{"port":"Dover"}'),
      { type: 'tool_call', tool_name: 'tide', tool_call_id: 'b' },
      { type: 'tool_call', tool_name: 'tide', tool_call_id: 'a' },
      { type: 'tool_result', tool_name: 'tide', tool_call_id: 'a', result: 1 },
      { type: 'tool_error', tool_name: 'tide', tool_call_id: 'b', error: 'no' },
    ])
    expect(tools(state)).toMatchObject([
      { callId: 'a', status: 'done', result: 1 },
      { callId: 'b', status: 'failed', error: 'no' },
    ])
  })

  test('an error without a call goes to the call it can only mean', () => {
    const call = (callId: string, tool: string) => ({ id: callId, function: { name: tool, arguments: '{' } })
    const state = foldAll([
      { type: 'tool_calls_ready', tool_calls: [call('c1', 'tide'), call('c2', 'zzz')] },
      { type: 'tool_error', tool_name: 'tide', error: 'arguments are not JSON' },
      { type: 'tool_error', tool_name: 'unknown', error: 'no tool for function zzz' },
    ])
    expect(tools(state)).toMatchObject([
      { toolName: 'tide', status: 'failed', error: 'arguments are not JSON' },
      { toolName: 'zzz', status: 'failed', error: 'no tool for function zzz' },
    ])
  })

  test('a tool with operations keeps its card when the call names them apart', () => {
    const state = foldAll([
      { type: 'tool_calls_ready', tool_calls: [{ id: 'c1', function: { name: 'tide_forecast', arguments: '{}' } }] },
      { type: 'tool_call', tool_name: 'tide', operation: 'forecast', parameters: {} },
    ])
    expect(tools(state)).toMatchObject([{ toolName: 'tide', operation: 'forecast', status: 'running' }])
  })

  test('an action announces a call and the call takes its card', () => {
    const state = foldAll([
      { type: 'action', tool_name: 'tide', parameters: { port: 'Brest' } },
      { type: 'tool_call', tool_name: 'tide', parameters: { port: 'Brest' } },
    ])
    expect(tools(state)).toMatchObject([{ status: 'running', parameters: { port: 'Brest' } }])
  })
})

describe('rounds', () => {
  test('a silent retry makes what was shown void, and the state says so', () => {
    const round = (iteration: number): AgentEvent => ({ type: 'iteration_start', iteration, max_iterations: 5, remaining: 5 })
    const state = foldAll([round(1), token('Half'), round(1), token('Whole')])
    expect(selectText(state)).toBe('Whole')
    expect(state.counts.restarts).toBe(1)
  })

  test('counts are of what arrived, also where it was told again; what there is to see is selected', () => {
    const told: AgentEvent[] = [
      { type: 'iteration_start', iteration: 1 },
      token('Let me look.'),
      { type: 'tool_call', tool_name: 'tide', parameters: {}, tool_call_id: 'a' },
      { type: 'tool_result', tool_name: 'tide', result: 1, tool_call_id: 'a' },
    ]
    const state = foldAll([...told, ...told])
    expect(state.counts).toEqual({ events: 8, tokens: 2, toolCalls: 2, restarts: 1 })
    expect([selectMetrics(state, 0).characters, tools(state).length]).toEqual(['Let me look.'.length, 1])
  })

  test('thoughts, actions and observations are stated or derived', () => {
    const state = foldAll([
      { type: 'iteration_start', iteration: 1 },
      token(' Checking. '),
      { type: 'tool_call', tool_name: 'tide' },
      { type: 'tool_result', tool_name: 'tide', result: { metres: 4 } },
      { type: 'iteration_start', iteration: 2 },
      { type: 'thought', content: 'Enough.' },
    ])
    expect(selectIterations(state)).toMatchObject([
      { iteration: 1, thought: 'Checking.', observations: ['{"metres":4}'] },
      { iteration: 2, thought: 'Enough.', actions: [] },
    ])
  })

  test('metrics are safe while nothing has happened', () => {
    expect(selectMetrics(initialRunState('r'), 5)).toEqual({ timeToFirstTokenMs: undefined, durationMs: 0, tokens: 0, characters: 0, tokensPerSecond: 0 })
    const state = foldAll([{ type: 'started' }, token('a'), token('b')])
    expect(selectMetrics(state, 2001)).toEqual({ timeToFirstTokenMs: 1, durationMs: 2001, tokens: 2, characters: 2, tokensPerSecond: 1 })
  })
})

describe('DAWP runs', () => {
  const step = (type: 'dawp_step_started' | 'dawp_step_completed', index: number, success?: boolean): AgentEvent => {
    const members = { run_id: 'd1', step_id: `s${index}`, step_index: index }
    return type === 'dawp_step_started' ? { type, ...members } : { type, ...members, success }
  }

  test('without run events a run opens with its first step and closes when the main loop goes on', () => {
    const open = foldAll([step('dawp_step_started', 0), step('dawp_step_completed', 0, true)])
    expect(open.dawpRuns).toMatchObject([{ open: true, steps: [{ status: 'done' }] }])
    const closed = reduceRun(open, { type: 'iteration_start', iteration: 1 }, 9)
    expect(closed.dawpRuns).toMatchObject([{ open: false, success: true }])
  })

  test('a run that is cut off closes without success, and its step is abandoned', () => {
    const state = foldAll([{ type: 'dawp_run_started', run_id: 'd1', trigger: 'config' }, step('dawp_step_started', 0), { type: 'error', error: 'torn' }])
    expect(state.dawpRuns[0]).toMatchObject({ open: false, steps: [{ status: 'abandoned' }] })
    expect(state.dawpRuns[0]?.success).toBeUndefined()
  })

  test('its events go through the same cases, in their own loop', () => {
    const state = foldAll([step('dawp_step_started', 0), { ...token('inside'), loop_scope: { ...scope, step_id: 's0' } }, token('outside')])
    expect(state.dawpRuns[0]?.steps[0]?.loop.parts).toMatchObject([{ kind: 'text', text: 'inside' }])
    expect(selectText(state)).toBe('outside')
  })
})

test('usage with an iteration adds up, usage without one is the total', () => {
  const usage = (members: object): AgentEvent => ({ type: 'usage', input_tokens: 10, output_tokens: 5, ...members })
  expect(foldAll([usage({ iteration: 1 }), usage({ iteration: 2 })]).usage).toEqual({ inputTokens: 20, outputTokens: 10, totalTokens: 30 })
  expect(foldAll([usage({}), usage({ total_tokens: 15 })]).usage).toEqual({ inputTokens: 10, outputTokens: 5, totalTokens: 15 })
})

test('plugin events are diagnostics, the last 200 of them, and out of the parts', () => {
  const events = Array.from(
    { length: 250 },
    (_, at): AgentEvent => ({ type: 'plugin_hook_completed', phase: 'pre_task', plugin_name: 'tool', duration_ms: at }),
  )
  const state = foldAll([...events, token('Hi')])
  expect(state.diagnostics).toHaveLength(200)
  expect(state.diagnostics.at(-1)).toMatchObject({ duration_ms: 249 })
  expect(state.main.parts).toHaveLength(1)
})

test('thinking is apart from the text', () => {
  const state = foldAll([{ type: 'thinking_token', content: 'Hm. ' }, { type: 'thinking_token', content: 'Yes.' }, token('Hi')])
  expect([selectThinking(state), selectText(state)]).toEqual(['Hm. Yes.', 'Hi'])
})

test('two messages in a row are two texts, where the protocol names them', () => {
  const said = (content: string, message_id?: string): AgentEvent => ({ ...token(content), ...(message_id ? { message_id } : {}) })
  const { main } = foldAll([said('High ', 'm-1'), said('water.'), said(' At six.', 'm-1'), said('Bring boots.', 'm-2')])
  expect(main.parts).toMatchObject([
    { text: 'High water. At six.', messageId: 'm-1', open: false },
    { text: 'Bring boots.', messageId: 'm-2', open: true },
  ])
})

test('branches of a workflow that speak at once each have their own text, and one does not end another', () => {
  const said = (content: string, step_name?: string): AgentEvent => ({ ...token(content), ...(step_name === undefined ? {} : { step_name }) })
  const events: readonly AgentEvent[] = [
    said('Two branches. '),
    said('High ', 'tides'),
    said('Clear ', 'weather'),
    said('water.', 'tides'),
    { type: 'tool_call', tool_name: 'sky', parameters: {}, step_name: 'weather' },
    said(' At six.', 'tides'),
    said('skies.', 'weather'),
    { type: 'step_completed', step_name: 'tides' },
  ]
  const parts = [
    { kind: 'text', text: 'Two branches. ', open: false },
    { kind: 'text', text: 'High water. At six.', stepName: 'tides', open: false },
    { kind: 'text', text: 'Clear ', stepName: 'weather', open: false },
    { kind: 'tool', toolName: 'sky', stepName: 'weather' },
    { kind: 'text', text: 'skies.', stepName: 'weather', open: true },
  ]
  expect(foldAll(events).main.parts).toMatchObject(parts)
  expect(foldAll([...events, said('And so:')]).main.parts.at(-2)).toMatchObject({ text: 'skies.', open: false })
})
