/**
 * What has no words in A2A travels in data parts and metadata under one name, which other readers pass over: our streams lose
 * nothing that way, and theirs are never taken for ours.
 */
import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { isObject } from '../../json.ts'
import type { Metadata, Part, TaskState } from './update.ts'

const name = 'agentstream'

const marked = (value: unknown): Metadata => ({ [name]: value })
const markOf = (metadata: Metadata | undefined): unknown => (metadata && Object.hasOwn(metadata, name) ? metadata[name] : undefined)

/** The metadata of a task whose events are all told, and of a status that the stream is closed after though the task is not over. */
export const ownTask: Metadata = marked('run')
export const isOwnTask = (metadata: Metadata | undefined): boolean => markOf(metadata) === 'run'

/** A part that repeats what an event tells. */
export const repetition: Metadata = marked('output')
export const isRepetition = ({ metadata }: Part): boolean => markOf(metadata) === 'output'

export const eventPart = (event: AgentEvent): Part => ({ kind: 'data', data: event, metadata: marked('event') })
export function eventIn(part: Part): AgentEvent | undefined {
  return part.kind === 'data' && markOf(part.metadata) === 'event' ? parseEvent(part.data) : undefined
}

/** Members of an event that its part has no place for. */
export const membersMetadata = (members: Metadata): Metadata => marked(members)
export function membersIn({ metadata }: Part): Metadata | undefined {
  const mark = markOf(metadata)
  return isObject(mark) ? mark : undefined
}

const endings: Readonly<Record<string, readonly string[]>> = { completed: ['completed'], failed: ['error', 'completed'], canceled: ['cancelled'] }

/** The event that ended the run, in the metadata of the last status. It cannot say another end than the state does. */
export function endingIn(metadata: Metadata | undefined, state: TaskState): AgentEvent | undefined {
  const mark = markOf(metadata)
  if (!isObject(mark) || !Object.hasOwn(endings, state)) return undefined
  return endings[state]?.includes(String(mark['type'])) ? parseEvent(mark) : undefined
}
export const endingMetadata = (event: AgentEvent): Metadata => marked(event)
