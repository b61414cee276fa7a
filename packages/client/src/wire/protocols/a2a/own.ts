/**
 * What has no words in A2A travels in data parts and metadata under one name, which other readers pass over: our streams lose
 * nothing that way, and theirs are never taken for ours.
 */
import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { isObject, type Members } from '../../json.ts'
import type { Part, TaskState } from './update.ts'

const name = 'agentstream'

/** What is ours, as metadata: the event that ended a run, in its last status, or members that a part has no place for. */
export const marked = (value: unknown): Members => ({ [name]: value })
const markOf = (metadata: Members | undefined): unknown => (metadata && Object.hasOwn(metadata, name) ? metadata[name] : undefined)

/** The metadata of a task whose events are all told, and of a status that the stream is closed after though the task is not over. */
export const ownTask: Members = marked('run')
export const isOwnTask = (metadata: Members | undefined): boolean => markOf(metadata) === 'run'

/** A part that repeats what an event tells. */
export const repetition: Members = marked('output')
export const isRepetition = ({ metadata }: Part): boolean => markOf(metadata) === 'output'

export const eventPart = (event: AgentEvent): Part => ({ kind: 'data', data: event, metadata: marked('event') })
export function eventIn(part: Part): AgentEvent | undefined {
  return part.kind === 'data' && markOf(part.metadata) === 'event' ? parseEvent(part.data) : undefined
}

/** Members of an event that its part has no place for. */
export function membersIn({ metadata }: Part): Members | undefined {
  const mark = markOf(metadata)
  return isObject(mark) ? mark : undefined
}

/** The states of a last status, each with an event that may have led to it. */
const endings = ['completed by completed', 'failed by error', 'failed by completed', 'canceled by cancelled']

/** The event that ended the run, in the metadata of the last status. It cannot say another end than the state does. */
export function endingIn(metadata: Members | undefined, state: TaskState): AgentEvent | undefined {
  const mark = markOf(metadata)
  return isObject(mark) && endings.includes(`${state} by ${mark['type']}`) ? parseEvent(mark) : undefined
}
