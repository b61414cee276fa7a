import type { JsonObject, JsonValue } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { documentOf } from '../../test/dawp-play.ts'
import { dawpVectors } from '../../test/dawp-vectors.ts'
import { createBudget } from '../loop/budget.ts'
import type { Message } from '../model/messages.ts'
import type { PendingDawpRun } from './dawp-run.ts'
import { stepTitle } from './dawp-run-messages.ts'
import type { DawpLimits } from './dawp-workflow.ts'
import { parseDawp } from './document.ts'
import { allocateTurns } from './prompt-chain.ts'
import { refusalOf } from './schedule.ts'
import { type StartContext, startDawpRun } from './start-tool.ts'
import { suppressCall } from './suppress.ts'

interface StartVector {
  name: string
  arguments: Record<string, string>
  state: { registered?: string[]; active_run?: boolean; remaining?: number; limits?: { require_remaining_budget?: number; max_prompts?: number } }
  expect: { status: string; queued: JsonObject[] } & JsonObject
}

function contextOf({ registered = [], active_run = false, remaining, limits }: StartVector['state'], more: Partial<StartContext> = {}) {
  const queued: PendingDawpRun[] = []
  const { require_remaining_budget: floor, max_prompts: maxPrompts } = limits ?? {}
  const ours: DawpLimits = { ...(floor === undefined ? {} : { requireRemainingBudget: floor }), ...(maxPrompts === undefined ? {} : { maxPrompts }) }
  const workflows = registered.map((id) => [id, parseDawp(documentOf({ id }))] as const)
  const context: StartContext = {
    hasOpenDawpRun: () => active_run,
    remaining: () => remaining,
    workflows: new Map(workflows),
    configured: new Set(registered),
    documents: new Map(),
    limits: limits && ours,
    compatible: true,
    enqueue(run) {
      queued.push(run)
      return undefined
    },
    ...more,
  }
  return { context, queued }
}

const queuedWords = ({ trigger, source, workflow, mergeBack, abortMain, placement }: PendingDawpRun): JsonValue => ({
  trigger,
  workflow_source: source,
  workflow_id: workflow.id,
  drain_mode: placement,
  merge_back: mergeBack,
  abort_main: abortMain,
})

test.each(dawpVectors<StartVector>('dawp-start-tool').map((vector) => [vector.name, vector] as const))('compatible: %s', (_name, vector) => {
  const { context, queued } = contextOf(vector.state)
  const content = vector.arguments['document_content']?.replace('@@X9000@@', 'x'.repeat(9000))
  const { reason: _, ...answer } = startDawpRun({ ...vector.arguments, ...(content === undefined ? {} : { document_content: content }) }, context)
  expect({ ...answer, queued: queued.map(queuedWords) }).toEqual(vector.expect)
})

test('by default what a model wrote is held to limits, and may not take the name of what is configured', () => {
  const start = (content: string) =>
    startDawpRun({ workflow_source: 'dynamic', document_content: content }, contextOf({ registered: ['flow'] }, { compatible: false }).context)
  expect(start(documentOf({ id: 'adhoc' }))).toMatchObject({ status: 'accepted' })
  expect(start(documentOf({ id: 'flow' }))).toMatchObject({ status: 'rejected', reason: expect.stringContaining('taken') })
  expect(start(documentOf({ id: 'adhoc' }).replace('Shared', 'x'.repeat(9000)))).toMatchObject({ status: 'rejected', reason: expect.stringContaining('8000') })
  expect(start(documentOf({ id: 'adhoc', steps: Array(13).fill('a') }))).toMatchObject({ status: 'rejected', reason: expect.stringContaining('12') })
  expect(start(documentOf({ id: 'adhoc', steps: [] }))).toMatchObject({ status: 'rejected' })
})

test('a document is found by its exact path only, and must hold the workflow that is named', () => {
  const documents = new Map([['flows/other.dawp.md', parseDawp(documentOf({ id: 'other' }))]])
  const start = (more: JsonObject) => startDawpRun({ workflow_source: 'static', ...more }, contextOf({ registered: ['flow'] }, { documents }).context)
  expect(start({ document_path: 'flows/other.dawp.md' })).toMatchObject({ status: 'accepted', workflow_id: 'other' })
  expect(start({ document_path: 'flows/../flows/other.dawp.md' })).toMatchObject({ status: 'rejected' })
  expect(start({ document_path: '__proto__' })).toMatchObject({ status: 'rejected' })
  expect(start({ document_path: 'flows/other.dawp.md', workflow_id: 'flow' })).toMatchObject({ status: 'rejected' })
})

test('what a guard refuses is rejected with its reason', () => {
  const { context } = contextOf({ registered: ['flow'] }, { enqueue: () => 'No more runs' })
  expect(startDawpRun({ workflow_source: 'static' }, context)).toEqual({ status: 'rejected', reason: 'No more runs' })
})

test('the enqueue guard', () => {
  interface Vector {
    options: { enqueue_guard?: { allowed_workflows?: string[] | '*'; max_runs_per_task?: number; require_remaining_budget?: number } }
    workflow_id: string
    runs_finished: number
    runs_pending: number
    remaining_budget: number | null
    allowed: boolean
  }
  const vectors = dawpVectors<Vector>('dawp-enqueue-guard')
  const ours = vectors.map((vector) => {
    const { allowed_workflows: allowed, max_runs_per_task: runs, require_remaining_budget: floor } = vector.options.enqueue_guard ?? {}
    const guard = {
      ...(allowed === undefined ? {} : { allowedWorkflows: allowed }),
      ...(runs === undefined ? {} : { maxDawpRunsPerTask: runs }),
      ...(floor === undefined ? {} : { requireRemainingBudget: floor }),
    }
    const remaining = vector.remaining_budget ?? undefined
    const state = { workflowId: vector.workflow_id, finished: vector.runs_finished, pending: vector.runs_pending, remaining }
    return { ...vector, allowed: refusalOf(guard, state) === undefined }
  })
  expect(ours).toEqual(vectors)
})

test('the turns of a step', () => {
  interface Vector {
    limit: number
    consumed: number
    step_cap: number | null
    default_cap: number | null
    remaining: number
    exhausted: boolean
    allocated: number
  }
  const vectors = dawpVectors<Vector>('dawp-budget')
  const ours = vectors.map((vector) => {
    // A budget of nothing is refused when it is made; upstream has it.
    const budget = createBudget(Math.max(1, vector.limit))
    for (let spent = 0; spent < Math.max(vector.consumed, vector.limit === 0 ? 1 : 0); spent++) budget.spend()
    const { remaining } = budget
    const allocated = allocateTurns({ remaining, stepCap: vector.step_cap ?? undefined, defaultCap: vector.default_cap ?? undefined })
    return { ...vector, remaining, exhausted: remaining === 0, allocated }
  })
  expect(ours).toEqual(vectors)
})

test('titles of steps', () => {
  const vectors = dawpVectors<{ step_id: string; instruction: string; title: string }>('dawp-step-display-title')
  expect(vectors.map((vector) => ({ ...vector, title: stepTitle({ id: vector.step_id, prompt: vector.instruction }) }))).toEqual(vectors)
})

interface WireMessage {
  role: string
  content?: string
  tool_calls?: string[]
  tool_call_id?: string
}

function fromWire({ role, content = '', tool_calls = [], tool_call_id = '' }: WireMessage): Message {
  if (role === 'assistant') return { role, text: content, toolCalls: tool_calls.map((id) => ({ id, name: 't', arguments: '{}' })) }
  return role === 'tool' ? { role, text: content, toolCallId: tool_call_id, toolName: 't' } : { role: 'user', text: content }
}

test('an acknowledged start is taken out of the messages', () => {
  const vectors = dawpVectors<{ before: WireMessage[]; tool_call_id: string; after: WireMessage[] }>('dawp-suppress-from-llm')
  for (const { before, tool_call_id, after } of vectors) {
    const messages = before.map(fromWire)
    suppressCall(messages, tool_call_id, { compatible: true })
    expect(messages).toEqual(after.map(fromWire))
  }
})

test('by default no answer is left without its call', () => {
  const messages = [
    { role: 'assistant', tool_calls: ['a', 's1'] },
    { role: 'tool', tool_call_id: 'a' },
    { role: 'tool', tool_call_id: 's1' },
  ].map(fromWire)
  suppressCall(messages, 's1', { compatible: false })
  expect(messages).toEqual(
    [
      { role: 'assistant', tool_calls: ['a'] },
      { role: 'tool', tool_call_id: 'a' },
    ].map(fromWire),
  )
})

test('an earlier call of the conversation with the same id stays', () => {
  const earlier = [
    { role: 'assistant', tool_calls: ['s1'] },
    { role: 'tool', tool_call_id: 's1' },
    { role: 'user', content: 'Again.' },
  ]
  const messages = [...earlier, { role: 'assistant', tool_calls: ['s1'] }, { role: 'tool', tool_call_id: 's1' }].map(fromWire)
  suppressCall(messages, 's1', { compatible: false })
  expect(messages).toEqual(earlier.map(fromWire))
})
