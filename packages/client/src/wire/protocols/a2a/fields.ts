import { ProtocolError } from '../../../errors.ts'
import { isObject } from '../../json.ts'
import type { Artifact, Message, Metadata, Part, Status, Update, Written } from './update.ts'

export function wrong(what: string, value: unknown): ProtocolError {
  return new ProtocolError(`Not A2A: ${what}`, { excerpt: JSON.stringify(value)?.slice(0, 200) ?? String(value) })
}

/**
 * A member under its JSON name, or under the one of the fields of a2a-sdk for Python, which careless hosts dump. Absent and
 * null are the same: Agentor writes every optional member as null.
 */
export function member(value: Metadata, name: string, pythonName = name): unknown {
  return value[name] ?? value[pythonName] ?? undefined
}

export function textAt(value: Metadata, name: string, pythonName?: string): string {
  const found = member(value, name, pythonName)
  if (typeof found !== 'string') throw wrong(`expected a text \`${name}\``, value)
  return found
}

export function optionalTextAt(value: Metadata, name: string, pythonName?: string): string | undefined {
  return member(value, name, pythonName) === undefined ? undefined : textAt(value, name, pythonName)
}

export function objectAt(value: Metadata, name: string): Metadata {
  const found = member(value, name)
  if (!isObject(found)) throw wrong(`expected an object \`${name}\``, value)
  return found
}

export function optionalObjectAt(value: Metadata, name: string): Metadata | undefined {
  return member(value, name) === undefined ? undefined : objectAt(value, name)
}

function listAt(value: Metadata, name: string): readonly Metadata[] {
  const found = member(value, name) ?? []
  if (!Array.isArray(found) || !found.every(isObject)) throw wrong(`expected a list of objects \`${name}\``, value)
  return found
}

/** How a version words what a message, an artifact and a status hold; their other members have the same names in both. */
export interface Wording {
  readonly part: (value: Metadata) => Part
  readonly isAgent: (role: string) => boolean
  readonly state: (state: string) => string
}

export interface Readers {
  task(value: Metadata): Update
  /** Whether it is the final one is told in its own way by each version. */
  status(value: Metadata): Omit<Extract<Update, { kind: 'status' }>, 'isFinal'>
  artifact(value: Metadata): Update
  message(value: Metadata): Update
}

const owned = (value: Metadata, id = 'taskId', pythonId = 'task_id') => ({
  taskId: textAt(value, id, pythonId),
  contextId: optionalTextAt(value, 'contextId', 'context_id') ?? '',
  metadata: optionalObjectAt(value, 'metadata'),
})

export function readersOf(wording: Wording): Readers {
  const parts = (value: Metadata): readonly Part[] => listAt(value, 'parts').map(wording.part)
  const message = (value: Metadata): Message => ({
    messageId: optionalTextAt(value, 'messageId', 'message_id') ?? '',
    isAgent: wording.isAgent(textAt(value, 'role')),
    parts: parts(value),
  })
  const artifact = (value: Metadata): Artifact => ({
    artifactId: textAt(value, 'artifactId', 'artifact_id'),
    name: optionalTextAt(value, 'name'),
    parts: parts(value),
  })
  const status = (update: Metadata): Status => {
    const value = objectAt(update, 'status')
    const said = optionalObjectAt(value, 'message')
    return { state: wording.state(textAt(value, 'state')), message: said && message(said), timestamp: optionalTextAt(value, 'timestamp') }
  }
  return {
    task: (value) => ({ kind: 'task', ...owned(value, 'id', 'id'), status: status(value), artifacts: listAt(value, 'artifacts').map(artifact) }),
    status: (value) => ({ kind: 'status', ...owned(value), status: status(value) }),
    artifact: (value) => ({
      kind: 'artifact',
      ...owned(value),
      artifact: artifact(objectAt(value, 'artifact')),
      append: member(value, 'append') === true,
      lastChunk: member(value, 'lastChunk', 'last_chunk') === true,
    }),
    message: (value) => ({ kind: 'message', message: message(value) }),
  }
}

/** The same for what is written. */
export interface WrittenWording {
  readonly part: (part: Part) => object
  readonly role: (isAgent: boolean) => string
  readonly state: (state: string) => string
  /** What a message has beside. */
  readonly message?: object
}

export interface Writers {
  readonly artifact: (artifact: Artifact) => object
  readonly status: (status: Status, update: Written) => object
}

export function writersOf(wording: WrittenWording): Writers {
  const message = ({ messageId, isAgent, parts }: Message, { taskId, contextId }: Written): object => ({
    ...wording.message,
    messageId,
    role: wording.role(isAgent),
    parts: parts.map(wording.part),
    taskId,
    contextId,
  })
  return {
    artifact: ({ parts, ...artifact }) => ({ ...artifact, parts: parts.map(wording.part) }),
    status: ({ state, message: said, timestamp }, update) => ({ state: wording.state(state), message: said && message(said, update), timestamp }),
  }
}
