import { isObject, isText, type Members, maybe, needed, type ReadMember, snakeCase, wrongIn } from '../../json.ts'
import { type Artifact, isTerminalState, type Message, type Part, type ReadUpdate, type Status, type Update, type WriteUpdate, type Written } from './update.ts'

export const wrong = wrongIn('A2A')

/**
 * A member under its JSON name, or under the one of the fields of a2a-sdk for Python, which careless hosts dump. Absent and
 * null are the same: Agentor writes every optional member as null.
 */
export const member: ReadMember<unknown> = (value, name) => value[name] ?? value[snakeCase(name)] ?? undefined
export const maybeText = maybe(isText, 'text', wrong, member)
export const maybeObject = maybe(isObject, 'object', wrong, member)
export const textOf = needed(maybeText, wrong)
export const objectOf = needed(maybeObject, wrong)

const isListOfObjects = (value: unknown): value is readonly Members[] => Array.isArray(value) && value.every(isObject)
const maybeList = maybe(isListOfObjects, 'list of objects', wrong, member)
const listAt: ReadMember<readonly Members[]> = (value, name) => maybeList(value, name) ?? []

/** How a version words what a message, an artifact and a status hold; their other members have the same names in both. */
export interface Wording {
  readonly readPart: (value: Members) => Part
  readonly writePart: (part: Part) => object
  readonly role: (isAgent: boolean) => string
  readonly readState: (state: string) => string
  readonly writeState: (state: string) => string
  /** What a message has beside. */
  readonly message?: object
}

/** The readers of what an answer may hold. Whether a status is the final one is told in its own way by each version. */
export function readersOf(
  wording: Wording,
  isFinal: (value: Members, state: string) => boolean,
): Readonly<Record<Exclude<Update['kind'], 'unknown'>, ReadUpdate>> {
  const owned = (value: Members, id = 'taskId') => ({
    taskId: textOf(value, id),
    contextId: maybeText(value, 'contextId') ?? '',
    metadata: maybeObject(value, 'metadata'),
  })
  const parts = (value: Members): readonly Part[] =>
    listAt(value, 'parts').map((part) => ({ ...wording.readPart(part), metadata: maybeObject(part, 'metadata') }))
  const message = (value: Members): Message => ({
    messageId: maybeText(value, 'messageId') ?? '',
    isAgent: textOf(value, 'role') !== wording.role(false),
    parts: parts(value),
  })
  const artifact = (value: Members): Artifact => ({ artifactId: textOf(value, 'artifactId'), name: maybeText(value, 'name'), parts: parts(value) })
  const status = (update: Members): Status => {
    const value = objectOf(update, 'status')
    const said = maybeObject(value, 'message')
    return { state: wording.readState(textOf(value, 'state')), message: said && message(said), timestamp: maybeText(value, 'timestamp') }
  }
  return {
    task(value) {
      const told = status(value)
      // A task that is over already is the whole answer: that of `message/send`, or of a task that is asked for again.
      const isFinal = isTerminalState(told.state)
      return { kind: 'task', ...owned(value, 'id'), status: told, isFinal, artifacts: listAt(value, 'artifacts').map(artifact) }
    },
    status(value) {
      const told = status(value)
      return { kind: 'status', ...owned(value), status: told, isFinal: isFinal(value, told.state) }
    },
    artifact: (value) => ({
      kind: 'artifact',
      ...owned(value),
      artifact: artifact(objectOf(value, 'artifact')),
      append: member(value, 'append') === true,
    }),
    message: (value) => ({ kind: 'message', message: message(value) }),
  }
}

/** The same the other way. `wrap` says what it is, as the version does. */
export function writerOf(wording: Wording, wrap: (update: Written, members: object) => object): WriteUpdate {
  const parts = (list: readonly Part[]): readonly object[] =>
    list.map((part) => (part.kind === 'unknown' ? part.value : { ...wording.writePart(part), metadata: part.metadata }))
  const artifact = (made: Artifact): object => ({ ...made, parts: parts(made.parts) })
  const status = ({ state, message: said, timestamp }: Status, { taskId, contextId }: Written): object => {
    const message = said && { ...wording.message, messageId: said.messageId, role: wording.role(said.isAgent), parts: parts(said.parts), taskId, contextId }
    return { state: wording.writeState(state), message, timestamp }
  }
  const members = (update: Written): object => {
    const { taskId, contextId, metadata } = update
    if (update.kind === 'task') return { id: taskId, contextId, status: status(update.status, update), artifacts: update.artifacts.map(artifact), metadata }
    if (update.kind === 'status') return { taskId, contextId, status: status(update.status, update), metadata }
    const { append, lastChunk } = update
    return { taskId, contextId, artifact: artifact(update.artifact), append, lastChunk, metadata }
  }
  return (update) => wrap(update, members(update))
}
