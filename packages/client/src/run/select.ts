/** Questions people ask of a run. Each is a pure function of the state; none is asked per token. */
import type { ApprovalState, DawpRunState, LoopState, NotePart, Part, RunState, ToolPart } from './state.ts'

const textIn = (loop: LoopState): string => loop.parts.reduce((text, part) => (part.kind === 'text' ? text + part.text : text), '')

/** All text of the main loop, in order. The run's final answer is `state.output`. */
export function selectText(state: RunState): string {
  return textIn(state.main)
}

/** All thinking of the main loop, so far. */
export function selectThinking(state: RunState): string {
  return state.main.parts.reduce((text, part) => (part.kind === 'thinking' ? text + part.text : text), '')
}

/** Every tool call of the run: the main loop's first, then those of DAWP runs. */
export function selectToolCalls(state: RunState): readonly ToolPart[] {
  return loopsOf(state).flatMap((loop) => loop.parts.filter((part) => part.kind === 'tool'))
}

const loopsOf = (state: RunState): readonly LoopState[] => [state.main, ...state.dawpRuns.flatMap((run) => run.steps.map((step) => step.loop))]

/** One round of an agent’s loop, as thought, action and observation. */
export interface Iteration {
  readonly iteration: number
  /** What the agent said it thought; its text of that round where it said nothing of the kind. */
  readonly thought: string
  readonly actions: readonly ToolPart[]
  /** What it said it saw; the outcome of its calls where it said nothing of the kind. */
  readonly observations: readonly string[]
}

/** The rounds of the main loop in the terms of ReAct, stated or derived. */
export function selectIterations(state: RunState): readonly Iteration[] {
  const rounds = grouped(state.main.parts)
  return [...rounds].map(([iteration, parts]) => {
    const actions = parts.filter((part) => part.kind === 'tool')
    const notes = (kind: NotePart['kind']): string[] => parts.flatMap((part) => (part.kind === kind ? [part.text] : []))
    const observations = notes('observation')
    return {
      iteration,
      thought: notes('thought').join('\n') || textIn({ iteration, parts }).trim(),
      actions,
      observations: observations.length > 0 ? observations : actions.flatMap(outcomeOf),
    }
  })
}

function grouped(parts: readonly Part[]): Map<number, Part[]> {
  const rounds = new Map<number, Part[]>()
  for (const part of parts) {
    const round = rounds.get(part.iteration)
    if (round) round.push(part)
    else rounds.set(part.iteration, [part])
  }
  return rounds
}

function outcomeOf(tool: ToolPart): string[] {
  if (tool.error !== undefined) return [tool.error]
  if (tool.result === undefined) return []
  return [typeof tool.result === 'string' ? tool.result : JSON.stringify(tool.result)]
}

/** The DAWP runs in order of opening; they stay after closing. */
export function selectDawpRuns(state: RunState): readonly DawpRunState[] {
  return state.dawpRuns
}

/** What a person has to answer before the run goes on. */
export function selectWaitingApprovals(state: RunState): readonly ApprovalState[] {
  return state.approvals.filter((approval) => approval.status === 'waiting')
}

/** Figures of a run so far; durations are milliseconds. */
export interface RunMetrics {
  /** From the first event to the first token. */
  readonly timeToFirstTokenMs: number | undefined
  readonly durationMs: number
  readonly tokens: number
  /** Of all text there is to see, in UTF-16 units as everywhere in JavaScript; thinking is not counted. */
  readonly characters: number
  /** 0 until there is a duration to divide by. */
  readonly tokensPerSecond: number
}

/** Figures of a run. `now` is on the clock the run was folded with; a run that has ended ignores it. */
export function selectMetrics(state: RunState, now: number): RunMetrics {
  const { startedAt = now, firstTokenAt, endedAt = now } = state.timing
  const streamingMs = endedAt - (firstTokenAt ?? endedAt)
  return {
    timeToFirstTokenMs: firstTokenAt === undefined ? undefined : firstTokenAt - startedAt,
    durationMs: Math.max(0, endedAt - startedAt),
    tokens: state.counts.tokens,
    characters: loopsOf(state).reduce((sum, loop) => sum + textIn(loop).length, 0),
    tokensPerSecond: streamingMs > 0 ? (state.counts.tokens * 1000) / streamingMs : 0,
  }
}
