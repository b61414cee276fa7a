/**
 * The mutable side of a run. Cases fold events into a draft through the helpers below; `snapshot` hands out an immutable
 * state that shares every object untouched since the snapshot before. An object is copied once per snapshot, when it is
 * first written to; after that it is written in place, so a token costs one string append.
 */
import { isRunOutcome, type RunOutcome } from '../wire/events/ending.ts'
import type { LoopState, Part, RunState, RunStatus, TextPart, ThinkingPart, ToolPart } from './state.ts'

export type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Text = Writable<TextPart | ThinkingPart>

export interface RunDraft {
  readonly run: Writable<RunState>
  readonly counts: Writable<RunState['counts']>
  readonly main: LoopDraft
  /** The DAWP step that events went to last; upstream's runs never overlap, so one is enough. */
  step: StepDraft | undefined
  ended: RunOutcome | undefined
  /** What was copied since the last snapshot, and may be written to. */
  readonly own: Set<object>
  published: RunState | undefined
}

/** Where a DAWP step stands in the state, and the draft of its loop. */
export interface StepDraft {
  readonly run: number
  readonly step: number
  readonly loop: LoopDraft
}

export interface LoopDraft {
  readonly run: RunDraft
  /** The loop, writable until the next snapshot. */
  readonly state: () => Writable<LoopState>
  /** Positions of the tool parts that have not ended, oldest first. */
  openTools: number[]
  /** Positions of the texts that are growing, by the step that says them: branches of a workflow speak at the same time. */
  readonly openTexts: Map<string | undefined, number>
  /** The one of them that grew last, writable until the next snapshot. */
  tail: Text | undefined
  /** How many pieces were appended since a text was last made one. */
  pieces: number
}

export function createDraft(state: RunState): RunDraft {
  const draft: RunDraft = {
    run: { ...state },
    counts: { ...state.counts },
    main: undefined as never, // set on the next line: the two refer to each other
    step: undefined,
    ended: isRunOutcome(state.status) ? state.status : undefined,
    own: new Set(),
    published: state,
  }
  return Object.assign(draft, { main: createLoop(draft, state.main, () => owned(draft, draft.run, 'main')) })
}

/** The draft of a loop that may already hold parts. */
export function createLoop(run: RunDraft, loop: LoopState, state: LoopDraft['state']): LoopDraft {
  const openTools = loop.parts.flatMap((part, at) => (part.kind === 'tool' && isOpenTool(part) ? [at] : []))
  const openTexts = new Map(loop.parts.flatMap((part, at) => ('open' in part && part.open ? [[part.stepName, at]] : [])))
  return { run, state, openTools, openTexts, tail: undefined, pieces: 0 }
}

/** The child of an object that is itself writable, made writable. */
export function owned<T extends object, K extends keyof T>(draft: RunDraft, parent: T, key: K): Writable<T[K] & object> {
  const child = parent[key]
  // Every caller names a member that is an object; copying keeps its type.
  if (draft.own.has(child as object)) return child as Writable<T[K] & object>
  const copy = (Array.isArray(child) ? child.slice() : { ...child }) as T[K] & object
  draft.own.add(copy)
  parent[key] = copy
  return copy
}

/** The immutable state; the same object as before when nothing was folded since. */
export function snapshot(draft: RunDraft): RunState {
  if (draft.published) return draft.published
  const { run } = draft
  run.counts = { ...draft.counts }
  run.status = statusOf(draft)
  draft.own.clear()
  draft.main.tail = undefined
  if (draft.step) draft.step.loop.tail = undefined
  draft.published = { ...run }
  return draft.published
}

export function touch(draft: RunDraft): void {
  draft.published = undefined
}

/** Derived from what happened, so that nobody has to remember to clear a flag. */
function statusOf(draft: RunDraft): RunStatus {
  if (draft.ended) return draft.ended
  if (draft.run.approvals.some((approval) => approval.status === 'waiting')) return 'waiting'
  if (draft.counts.events > 0 || draft.run.connection.phase === 'open') return 'streaming'
  return draft.run.connection.phase === 'idle' ? 'idle' : 'connecting'
}

export function setConnection(draft: RunDraft, { phase, ...more }: Omit<RunState['connection'], 'losses'>): void {
  const { losses, phase: before } = draft.run.connection
  const isLoss = phase === 'retrying' && before !== 'retrying'
  draft.run.connection = { phase, losses: isLoss ? losses + 1 : losses, ...more }
  touch(draft)
}

/** The step of a workflow that an event is told of, as its part has it. */
export function stepOf({ step_name: stepName }: { readonly type?: string; readonly step_name?: unknown }): { readonly stepName?: string } {
  return typeof stepName === 'string' ? { stepName } : {}
}

/** A piece of a text, the message it belongs to where its protocol names messages, and the step that says it. */
export interface Said {
  readonly content: string
  readonly message_id?: unknown
  readonly step_name?: unknown
}

/** Appends to the text that is growing in this step, or opens one: for another kind, and for another message. */
export function appendText(loop: LoopDraft, kind: Text['kind'], said: Said): void {
  const { content, message_id: id, step_name: name } = said
  const step = typeof name === 'string' ? name : undefined
  if (!loop.tail || loop.tail.stepName !== step) loop.tail = growingText(loop, step)
  const { tail } = loop
  if (tail?.kind === kind && (typeof id !== 'string' || tail.messageId === undefined || tail.messageId === id)) {
    tail.text += content
    if (isRagged(tail.text, ++loop.pieces)) {
      loop.pieces = 0
      makeOne(tail.text)
    }
  } else {
    const { iteration } = loop.state()
    const part: Text = { kind, iteration, text: content, open: true, ...(typeof id === 'string' ? { messageId: id } : {}), ...stepOf(said) }
    loop.openTexts.set(step, addPart(loop, part))
    loop.tail = part
  }
}

function growingText(loop: LoopDraft, step: string | undefined): Text | undefined {
  const at = loop.openTexts.get(step)
  return at === undefined ? undefined : (writablePart(loop, at) as Text) // openTexts holds positions of texts only.
}

/**
 * Engines keep the pieces that a string was appended from, each several times its size, until somebody reads it. Nobody may for
 * a whole run. As often as this says yes, making it one costs a constant per piece.
 */
export function isRagged(text: string, pieces: number): boolean {
  return pieces >= 16_384 && pieces * 256 >= text.length
}

/** Reading one character makes the engine flatten the string. */
export function makeOne(text: string): void {
  text.charCodeAt(0)
}

/** Ends the text that is growing in a step, or all of them. */
export function closeText(loop: LoopDraft, step?: string): void {
  loop.tail = undefined
  for (const speaker of loop.openTexts.keys()) {
    // Whoever speaks outside of any step is followed by a step as by anything else.
    const text = step === undefined || speaker === undefined || speaker === step ? growingText(loop, speaker) : undefined
    if (!text) continue
    loop.openTexts.delete(speaker)
    text.open = false
    makeOne(text.text)
  }
}

/** Appends a part and says where it stands. */
export function addPart(loop: LoopDraft, part: Part): number {
  closeText(loop, part.stepName)
  const parts = owned(loop.run, loop.state(), 'parts') as Part[]
  loop.run.own.add(part)
  return parts.push(part) - 1
}

export function writablePart(loop: LoopDraft, at: number): Writable<Part> | undefined {
  const parts = owned(loop.run, loop.state(), 'parts') as Part[]
  return parts[at] && owned(loop.run, parts, at)
}

/** What the main loop had shown is void: it begins anew. */
export function restartLoop(loop: LoopDraft): void {
  closeText(loop)
  loop.state().parts = []
  loop.openTools = []
  loop.run.counts.restarts++
}

export function isOpenTool(part: ToolPart): boolean {
  return part.endedAt === undefined
}

/** Closes whatever is open in a loop: texts end, calls that have not ended are abandoned, denied ones stay denied. */
export function closeLoop(loop: LoopDraft, at: number): void {
  closeText(loop)
  for (const position of loop.openTools) {
    const tool = writablePart(loop, position) as Writable<ToolPart> | undefined // openTools holds positions of tool parts only.
    if (!tool) continue
    if (tool.status !== 'denied') tool.status = 'abandoned'
    tool.endedAt = at
  }
  loop.openTools = []
}
