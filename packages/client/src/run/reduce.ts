/** Folds one event: asks whose loop it is, and calls one function. The two tables cover the vocabulary; the compiler says so. */
import { effectiveLoopScope } from '../wire/events/scope.ts'
import type { AgentEvent, EventOf, EventType } from '../wire/events/vocabulary.ts'
import { approvalCases } from './cases/approvals.ts'
import { closeSilentRuns, dawpCases, dawpLoop, leavesDawp } from './cases/dawp.ts'
import { lifecycleCases } from './cases/lifecycle.ts'
import { reasoningCases } from './cases/reasoning.ts'
import { textCases } from './cases/text.ts'
import { toolCases } from './cases/tools.ts'
import { createDraft, type LoopDraft, type RunDraft, snapshot, touch } from './draft.ts'
import type { RunState } from './state.ts'

type Cases<Draft, T extends EventType> = { readonly [K in T]: (draft: Draft, event: EventOf<K>, at: number) => void }
type LoopEventType = keyof typeof textCases | keyof typeof toolCases | keyof typeof approvalCases | keyof typeof reasoningCases

const loopCases = { ...textCases, ...toolCases, ...approvalCases, ...reasoningCases } satisfies Cases<LoopDraft, LoopEventType>
const runCases = { ...lifecycleCases, ...dawpCases } satisfies Cases<RunDraft, Exclude<EventType, LoopEventType>>

// The tables were checked against the vocabulary above; an event is only ever passed to the case of its own type.
type AnyCase<Draft> = (draft: Draft, event: AgentEvent, at: number) => void
const loopTable = loopCases as unknown as Readonly<Record<string, AnyCase<LoopDraft> | undefined>>
const runTable = runCases as unknown as Readonly<Record<string, AnyCase<RunDraft> | undefined>>

/** Folds one event into a draft. `at` is milliseconds on the caller's clock. Never throws; events after the end change nothing. */
export function fold(draft: RunDraft, event: AgentEvent, at: number): void {
  // What AIECS says of its recovery attempts follows the end of the last of them.
  if (draft.ended && event.type !== 'recovery_result') return
  touch(draft)
  if (draft.counts.events++ === 0) draft.run.timing = { startedAt: at, ...draft.run.timing }
  const scope = effectiveLoopScope(event)
  const isMain = scope.kind === 'main'
  if (isMain && leavesDawp(draft, event)) closeSilentRuns(draft, at)
  const loopCase = loopTable[event.type]
  if (!loopCase) runTable[event.type]?.(draft, event, at)
  else loopCase(isMain ? draft.main : dawpLoop(draft, scope), event, at)
}

/**
 * The state after one more event: the pure form, for replaying a journal or for tests. Shares what the event did not touch.
 * A live run folds many events per snapshot instead, which is linear.
 */
export function reduceRun(state: RunState, event: AgentEvent, at: number): RunState {
  const draft = createDraft(state)
  fold(draft, event, at)
  return snapshot(draft)
}
