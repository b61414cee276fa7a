import { isMain } from '../../wire/events/scope.ts'
import type { AgentEvent, EventOf } from '../../wire/events/vocabulary.ts'
import { closeText, filled, loopState, owned, type RunDraft, restartLoop } from '../draft.ts'
import { settle } from './ending.ts'

const keptDiagnostics = 200

function diagnose(draft: RunDraft, event: AgentEvent): void {
  const kept = owned(draft, ['diagnostics']) as AgentEvent[]
  if (kept.push(event) > keptDiagnostics) kept.shift()
}

function nothing(): void {}

const sum = (a: number | null | undefined, b: number | null | undefined): number => (a ?? 0) + (b ?? 0)

/** The run as a whole: how it starts, what it says beside its texts, how it ends. */
export const lifecycleCases = {
  status: nothing,
  /** A recovery's next attempt owes nothing to the one before: neither what it showed nor its verdict. */
  started(draft: RunDraft, event: EventOf<'started'>): void {
    if (event.attempt == null || event.attempt < 2) return
    restartLoop(draft.main)
    loopState(draft.main).iteration = 0
    draft.run.output = undefined
    draft.run.verdict = undefined
  },
  step_started(draft: RunDraft, event: EventOf<'step_started'>): void {
    const steps = owned(draft, ['steps'])
    steps.push({ name: event.step_name, index: event.step_index ?? steps.length, status: 'running' })
  },
  step_completed(draft: RunDraft, event: EventOf<'step_completed'>): void {
    const { step_name: name, step_index: index } = event
    const steps = owned(draft, ['steps'])
    const found = steps.findIndex((step) => step.name === name && step.status === 'running')
    const at = found < 0 ? steps.length : found
    steps.splice(at, 1, { name, index: index ?? at, status: event.success === false ? 'failed' : 'done' })
    closeText(draft.main, name)
  },
  result(draft: RunDraft, event: EventOf<'result'>): void {
    // A result inside a DAWP run ends a round of that run, and nothing else.
    if (!isMain(event)) return
    draft.run.output = event.output
    draft.run.verdict = { success: event.success !== false, ...filled({ reason: event.reason }) }
  },
  completed(draft: RunDraft, event: EventOf<'completed'>, at: number): void {
    if (!isMain(event)) return
    settle(draft, event.success === false || draft.run.verdict?.success === false ? 'failed' : 'completed', at)
  },
  error(draft: RunDraft, event: EventOf<'error'>, at: number): void {
    settle(draft, 'failed', at, {
      code: event.code ?? 'agent',
      phase: 'agent',
      message: event.error,
      retryable: event.retryable ?? false,
      ...(event.retry_after_ms == null ? {} : { retryAfterMs: event.retry_after_ms }),
    })
  },
  cancelled(draft: RunDraft, _event: EventOf<'cancelled'>, at: number): void {
    settle(draft, 'cancelled', at)
  },
  /** With an iteration it is that round's share and is added; without one it is the total so far. */
  usage(draft: RunDraft, event: EventOf<'usage'>): void {
    const before = event.iteration == null ? undefined : draft.run.usage
    const inputTokens = sum(before?.inputTokens, event.input_tokens)
    const outputTokens = sum(before?.outputTokens, event.output_tokens)
    const totalTokens = sum(before?.totalTokens, event.total_tokens ?? sum(event.input_tokens, event.output_tokens))
    const cachedInputTokens = sum(before?.cachedInputTokens, event.cached_input_tokens)
    const reasoningTokens = sum(before?.reasoningTokens, event.reasoning_tokens)
    draft.run.usage = { inputTokens, outputTokens, totalTokens, ...filled({ cachedInputTokens, reasoningTokens }) }
  },
  custom(draft: RunDraft, event: EventOf<'custom'>): void {
    draft.run.custom = { ...draft.run.custom, [event.name]: event.data }
  },
  dawp_result: diagnose,
  recovery_result: diagnose,
  agent_hook: diagnose,
  plugin_config_resolved: diagnose,
  plugin_phase_started: diagnose,
  plugin_hook_started: diagnose,
  plugin_hook_completed: diagnose,
  plugin_hook_failed: diagnose,
}
