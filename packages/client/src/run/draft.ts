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
  /** Where it stands in the state of its run. */
  readonly path: readonly ['main'] | readonly ['dawpRuns', number, 'steps', number, 'loop']
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
  const draft: Omit<RunDraft, 'main'> = {
    run: { ...state },
    counts: { ...state.counts },
    step: undefined,
    ended: isRunOutcome(state.status) ? state.status : undefined,
    own: new Set(),
    published: state,
  }
  const whole = draft as Writable<RunDraft> // On the next line: the two refer to each other.
  whole.main = createLoop(whole, ['main'], state.main)
  return whole
}

/** The draft of a loop that may already hold parts. */
export function createLoop(run: RunDraft, path: LoopDraft['path'], { parts }: LoopState): LoopDraft {
  const loop: LoopDraft = { run, path, openTools: [], openTexts: new Map(), tail: undefined, pieces: 0 }
  for (const [at, part] of parts.entries()) keepOpen(loop, part, at)
  return loop
}

function keepOpen(loop: LoopDraft, part: Part, at: number): void {
  if (part.kind === 'tool' && part.endedAt === undefined) loop.openTools.push(at)
  if ('open' in part && part.open) loop.openTexts.set(part.stepName, at)
}

type At<T, Path extends readonly unknown[]> = Path extends readonly [infer Key extends keyof T, ...infer Rest] ? At<T[Key], Rest> : T

/** The child of an object that is itself writable, made writable. */
function own<T extends object, K extends keyof T>(draft: RunDraft, parent: T, key: K): Writable<T[K] & object> {
  const child = parent[key]
  // Every caller names a member that is an object; copying keeps its type.
  if (draft.own.has(child as object)) return child as Writable<T[K] & object>
  const copy = (Array.isArray(child) ? child.slice() : { ...child }) as T[K] & object
  draft.own.add(copy)
  parent[key] = copy
  return copy
}

/** What stands at a path in the state, which must lead to an object, made writable. */
export function owned<const Path extends readonly (string | number)[]>(draft: RunDraft, path: Path): Writable<At<RunState, Path>> {
  let parent: object = draft.run
  for (const key of path) parent = own(draft, parent, key as never) // Which keys there are is worked out from the path below.
  return parent as Writable<At<RunState, Path>>
}

/** The loop, writable until the next snapshot. */
export const loopState = (loop: LoopDraft): Writable<LoopState> => owned(loop.run, loop.path)

/** Its parts, likewise. */
const partsOf = (loop: LoopDraft): Part[] => own(loop.run, loopState(loop), 'parts') as Part[] // Writable, as a list, too.

const partAt = (loop: LoopDraft, at: number): Writable<Part> => own(loop.run, partsOf(loop), at)

/** `openTools` holds positions of tool parts only. */
export const toolAt = partAt as (loop: LoopDraft, at: number) => Writable<ToolPart>

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
function statusOf({ ended, run, counts }: RunDraft): RunStatus {
  const { phase } = run.connection
  if (ended) return ended
  if (run.approvals.some((approval) => approval.status === 'waiting')) return 'waiting'
  if (counts.events > 0 || phase === 'open') return 'streaming'
  return phase === 'idle' ? 'idle' : 'connecting'
}

export function setConnection(draft: RunDraft, { phase, ...more }: Omit<RunState['connection'], 'losses'>): void {
  const { losses, phase: before } = draft.run.connection
  draft.run.connection = { phase, losses: losses + Number(phase === 'retrying' && before !== 'retrying'), ...more }
  touch(draft)
}

type Filled<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined | null> }

/** Without the members that say nothing: unless told otherwise, absent ones, empty texts and zeros. */
export function filled<Members extends object>(members: Members, says: (value: unknown) => boolean = Boolean): Filled<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => says(value))) as Filled<Members> // The same members, but fewer.
}

/** An event as parts see it: perhaps of a step of a workflow. */
export interface Told {
  readonly type?: string
  readonly step_name?: unknown
}

export const stepOf = ({ step_name: name }: Told): string | undefined => (typeof name === 'string' ? name : undefined)

/** A piece of a text, the message it belongs to where its protocol names messages, and the step that says it. */
export interface Said extends Told {
  readonly content: string
  readonly message_id?: unknown
}

/** Appends to the text that is growing in this step, or opens one: for another kind, and for another message. */
export function appendText(loop: LoopDraft, kind: Text['kind'], said: Said): void {
  const { content, message_id: id } = said
  const step = stepOf(said)
  if (!loop.tail || loop.tail.stepName !== step) loop.tail = growingText(loop, step)
  const { tail } = loop
  if (tail?.kind === kind && (typeof id !== 'string' || tail.messageId === undefined || tail.messageId === id)) grow(tail, content, loop)
  else loop.tail = addPart(loop, said, { kind, text: content, open: true, ...(typeof id === 'string' && { messageId: id }) })
}

function growingText(loop: LoopDraft, step: string | undefined): Text | undefined {
  const at = loop.openTexts.get(step)
  return at === undefined ? undefined : (partAt(loop, at) as Text) // openTexts holds positions of texts only.
}

/**
 * Appends a piece. Engines keep the pieces that a string was appended from, each several times its size, until somebody reads it.
 * Nobody may for a whole run, so it is made one here, as often as costs a constant per piece.
 */
export function grow(whole: { text: string }, piece: string, counter: { pieces: number }): void {
  whole.text += piece
  counter.pieces++
  if (counter.pieces < 16_384 || counter.pieces * 256 < whole.text.length) return
  counter.pieces = 0
  makeOne(whole.text)
}

/** Reading one character makes the engine flatten the string. */
function makeOne(text: string): void {
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

type Unplaced<P> = P extends Part ? Omit<P, 'iteration' | 'stepName'> & { readonly iteration?: number } : never

/** Appends a part: of the loop's iteration unless it names one, and of the step its event is told of. */
export function addPart<P extends Part = Part>(loop: LoopDraft, event: Told, part: Unplaced<P>): Writable<P> {
  const stepName = stepOf(event)
  closeText(loop, stepName)
  const { iteration } = loopState(loop)
  const placed = { iteration, ...part, ...(stepName !== undefined && { stepName }) } as unknown as P // What was given, and its place.
  loop.run.own.add(placed)
  keepOpen(loop, placed, partsOf(loop).push(placed) - 1)
  return placed
}

/** What the main loop had shown is void: it begins anew. */
export function restartLoop(loop: LoopDraft): void {
  closeText(loop)
  loopState(loop).parts = []
  loop.openTools = []
  loop.run.counts.restarts++
}

/** Closes whatever is open in a loop: texts end, calls that have not ended are abandoned, denied ones stay denied. */
export function closeLoop(loop: LoopDraft, at: number): void {
  closeText(loop)
  for (const position of loop.openTools) {
    const tool = toolAt(loop, position)
    if (tool.status !== 'denied') tool.status = 'abandoned'
    tool.endedAt = at
  }
  loop.openTools = []
}
