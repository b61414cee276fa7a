/** A run as one A2A task: a view's entries go in, what the task has come to comes out, in the shapes of either version. */
import { isObject, parseJson, sse, type TwoWayProtocol } from '@agentstream/client/wire'
import type { JournalEntry } from '../../runs/journal.ts'
import type { RunView } from '../../runs/live-run.ts'
import { encodedFrames } from '../to-frames.ts'

type Json = Readonly<Record<string, unknown>>

export interface TaskView {
  /** Undefined before the run has said anything. */
  readonly task: Json | undefined
  /** Questions that nobody has answered. */
  readonly questions: ReadonlySet<string>
}

export interface TaskViewOptions {
  /** From the start of the run. It is not closed. */
  readonly view: RunView
  readonly protocol: TwoWayProtocol
  /** Whether to look no further, asked after every batch; without it, when the run is over. */
  readonly isEnough?: (batch: readonly JournalEntry[], questions: ReadonlySet<string>) => boolean
}

export async function viewTask({ view, protocol, isEnough = () => false }: TaskViewOptions): Promise<TaskView> {
  const toFrames = encodedFrames({ encoder: protocol.encoder() }, sse)
  const fold = createFold()
  const questions = new Set<string>()
  for await (const batch of view.entries()) {
    for (const { event } of batch) {
      if (event.type === 'approval_request') questions.add(event.approval_id)
      else if (event.type === 'approval_response') questions.delete(event.approval_id)
    }
    for (const { data } of toFrames.push(batch)) fold.see(data)
    if (isEnough(batch, questions)) return { task: fold.task(questions), questions }
  }
  for (const { data } of toFrames.end(await view.end())) fold.see(data)
  return { task: fold.task(new Set()), questions: new Set() }
}

interface Artifact {
  readonly members: Json
  readonly parts: unknown[]
}

/** What `message/stream` tells piece by piece, put together as its readers do. */
function createFold() {
  let first: Json | undefined
  let status: unknown
  let metadata: unknown
  const asked = new Map<unknown, unknown>()
  const artifacts = new Map<unknown, Artifact>()

  const add = ({ artifact, append }: Json): void => {
    if (!isObject(artifact) || !Array.isArray(artifact['parts'])) return
    const known = append === true ? artifacts.get(artifact['artifactId']) : undefined
    const { parts } = known ?? { parts: [] }
    for (const part of artifact['parts']) addPart(parts, part)
    artifacts.set(artifact['artifactId'], { members: artifact, parts })
  }
  const set = (update: Json): void => {
    first ??= update
    status = update['status']
    metadata = update['metadata'] ?? metadata
    const question = questionIn(status)
    if (question !== undefined) asked.set(question, status)
  }
  return {
    see(data: string): void {
      const frame = parseJson(data)
      const result = isObject(frame) ? frame['result'] : undefined
      if (!isObject(result)) return
      const update = payloadOf(result)
      if ('artifact' in update) add(update)
      else set(update)
    },
    /** While a question is open its status is the task's, whatever else was told after it. */
    task(questions: ReadonlySet<string>): Json | undefined {
      if (!first) return undefined
      const [question] = questions
      const made = Array.from(artifacts.values(), ({ members, parts }) => ({ ...members, parts }))
      return { ...first, status: asked.get(question) ?? status, artifacts: made, ...(metadata === undefined ? {} : { metadata }) }
    },
  }
}

/** 0.3 says in a member what a result is; in 1.0 its only member does. */
function payloadOf(result: Json): Json {
  if ('kind' in result) return result
  const [payload] = Object.values(result)
  return isObject(payload) ? payload : result
}

/** Which question a status asks, by the event it tells beside its text. */
function questionIn(status: unknown): unknown {
  if (!isObject(status) || !(status['state'] === 'input-required' || status['state'] === 'TASK_STATE_INPUT_REQUIRED')) return undefined
  const parts = isObject(status['message']) ? status['message']['parts'] : undefined
  const events = Array.isArray(parts) ? parts.map((part) => (isObject(part) ? part['data'] : undefined)) : []
  return events.find(isObject)?.['approval_id']
}

/**
 * An answer is told in pieces of a word; as a whole it is one text, and when each piece was said is left out. The empty piece only
 * says that there are no more.
 */
function addPart(parts: unknown[], part: unknown): void {
  const last = parts.at(-1)
  const text = plainText(part)
  if (text === '') return
  const before = plainText(last)
  if (text === undefined || !isObject(part)) parts.push(part)
  else if (before === undefined) parts.push({ ...part, metadata: undefined })
  else parts[parts.length - 1] = { ...part, text: before + text, metadata: undefined }
}

/** The text of a part that says nothing else, unless in the words that only our own client reads. */
function plainText(part: unknown): string | undefined {
  if (!isObject(part) || typeof part['text'] !== 'string') return undefined
  const { metadata } = part
  return metadata === undefined || (isObject(metadata) && Object.keys(metadata).every((name) => name === 'agentstream')) ? part['text'] : undefined
}
