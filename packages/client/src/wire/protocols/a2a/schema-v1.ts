/**
 * The shapes of A2A 1.0, which are those of its protocol buffers in JSON: the member that is there says what a thing is, states
 * and roles are in capitals, and no update says that it is the final one, because its state does. Rules: the specification 1.0,
 * `specification/a2a.proto`, as @a2a-js/sdk 1.3.0 reads it.
 */
import { isObject, type Members } from '../../json.ts'
import { maybeObject, maybeText, member, readersOf, type Wording, writerOf, wrong } from './fields.ts'
import { isOwnTask } from './own.ts'
import { isTerminalState, type Part, type Update } from './update.ts'

const statePrefix = 'TASK_STATE_'

export const wordingV1: Wording = {
  readPart(value): Part {
    const text = maybeText(value, 'text')
    if (text !== undefined) return { kind: 'text', text }
    const url = maybeText(value, 'url')
    const bytes = maybeText(value, 'raw')
    if (url !== undefined || bytes !== undefined)
      return { kind: 'file', mediaType: maybeText(value, 'mediaType'), name: maybeText(value, 'filename'), url, bytes }
    return Object.hasOwn(value, 'data') ? { kind: 'data', data: value['data'] } : { kind: 'unknown', value }
  },
  writePart({ kind, ...part }) {
    if (!('mediaType' in part)) return part
    return { url: part.url, raw: part.bytes, mediaType: part.mediaType, filename: part.name }
  },
  role: (isAgent) => (isAgent ? 'ROLE_AGENT' : 'ROLE_USER'),
  readState(state) {
    if (!state.startsWith(statePrefix)) throw wrong(`a state of 1.0 begins with ${statePrefix}`, state)
    const name = state.slice(statePrefix.length).toLowerCase().replaceAll('_', '-')
    return name === 'unspecified' ? 'unknown' : name
  },
  writeState: (state) => statePrefix + (state === 'unknown' ? 'UNSPECIFIED' : state.toUpperCase().replaceAll('-', '_')),
}

const { task, status, artifact, message } = readersOf(wordingV1, (value, state) => isTerminalState(state) || isOwnTask(maybeObject(value, 'metadata')))
/** The most frequent one first. */
const payloads = [
  ['artifactUpdate', artifact],
  ['statusUpdate', status],
  ['task', task],
  ['message', message],
] as const

export function readV1(result: Members): Update {
  // A result of 0.3, which has a member `message` or `artifact` too, is not one of these.
  if (typeof result['kind'] === 'string') throw wrong('a result of 1.0 has no kind', result)
  for (const [name, read] of payloads) {
    const value = member(result, name)
    if (isObject(value)) return read(value)
  }
  const [[name, value] = [''], ...others] = Object.entries(result)
  if (others.length > 0 || !isObject(value)) throw wrong('expected one payload', result)
  return { kind: 'unknown', name, value }
}

export const writeV1 = writerOf(wordingV1, ({ kind }, members) => ({ [kind === 'task' ? kind : `${kind}Update`]: members }))
