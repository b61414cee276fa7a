/**
 * The shapes of A2A 1.0, which are those of its protocol buffers in JSON: the member that is there says what a thing is, states
 * and roles are in capitals, and no update says that it is the final one, because its state does. Rules: the specification 1.0,
 * `specification/a2a.proto`, as @a2a-js/sdk 1.3.0 reads it.
 */
import { isObject } from '../../json.ts'
import { member, optionalObjectAt, optionalTextAt, readersOf, writersOf, wrong } from './fields.ts'
import { isOwnTask } from './own.ts'
import { isTerminalState, type Metadata, type Part, type Update, type Written } from './update.ts'

function readPart(value: Metadata): Part {
  const metadata = optionalObjectAt(value, 'metadata')
  const text = optionalTextAt(value, 'text')
  if (text !== undefined) return { kind: 'text', text, metadata }
  const url = optionalTextAt(value, 'url')
  const bytes = optionalTextAt(value, 'raw')
  if (url !== undefined || bytes !== undefined) {
    const named = { mediaType: optionalTextAt(value, 'mediaType', 'media_type'), name: optionalTextAt(value, 'filename') }
    return { kind: 'file', ...named, ...(url === undefined ? {} : { url }), ...(bytes === undefined ? {} : { bytes }), metadata }
  }
  return Object.hasOwn(value, 'data') ? { kind: 'data', data: value['data'], metadata } : { kind: 'unknown', value, metadata }
}

const statePrefix = 'TASK_STATE_'

function readState(state: string): string {
  if (!state.startsWith(statePrefix)) throw wrong(`a state of 1.0 begins with ${statePrefix}`, state)
  const name = state.slice(statePrefix.length).toLowerCase().replaceAll('_', '-')
  return name === 'unspecified' ? 'unknown' : name
}

const writeState = (state: string): string => statePrefix + (state === 'unknown' ? 'UNSPECIFIED' : state.toUpperCase().replaceAll('-', '_'))

const read = readersOf({ part: readPart, isAgent: (role) => role !== 'ROLE_USER', state: readState })

function readStatus(value: Metadata): Update {
  const update = read.status(value)
  return { ...update, isFinal: isTerminalState(update.status.state) || isOwnTask(update.metadata) }
}

/** The most frequent one first. */
const payloads = [
  ['artifactUpdate', 'artifact_update', read.artifact],
  ['statusUpdate', 'status_update', readStatus],
  ['task', 'task', read.task],
  ['message', 'message', read.message],
] as const

export function readV1(result: Metadata): Update {
  // A result of 0.3, which has a member `message` or `artifact` too, is not one of these.
  if (typeof result['kind'] === 'string') throw wrong('a result of 1.0 has no kind', result)
  for (const [name, pythonName, reader] of payloads) {
    const value = member(result, name, pythonName)
    if (isObject(value)) return reader(value)
  }
  const [name, ...others] = Object.keys(result)
  const value = name === undefined ? undefined : result[name]
  if (name === undefined || others.length > 0 || !isObject(value) || payloads.some(([known]) => known === name)) throw wrong('expected one payload', result)
  return { kind: 'unknown', name, value }
}

function writePart(part: Part): object {
  const { metadata } = part
  switch (part.kind) {
    case 'text':
      return { text: part.text, metadata }
    case 'data':
      return { data: part.data, metadata }
    case 'file':
      return { url: part.url, raw: part.bytes, mediaType: part.mediaType, filename: part.name, metadata }
    case 'unknown':
      return part.value
  }
}

const write = writersOf({ part: writePart, role: (isAgent) => (isAgent ? 'ROLE_AGENT' : 'ROLE_USER'), state: writeState })

export function writeV1(update: Written): object {
  const { taskId, contextId, metadata } = update
  switch (update.kind) {
    case 'task':
      return { task: { id: taskId, contextId, status: write.status(update.status, update), artifacts: update.artifacts.map(write.artifact), metadata } }
    case 'status':
      return { statusUpdate: { taskId, contextId, status: write.status(update.status, update), metadata } }
    case 'artifact': {
      const { append, lastChunk } = update
      return { artifactUpdate: { taskId, contextId, artifact: write.artifact(update.artifact), append, lastChunk, metadata } }
    }
  }
}
