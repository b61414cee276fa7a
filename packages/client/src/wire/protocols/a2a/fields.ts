import { ProtocolError } from '../../../errors.ts'
import { isObject } from '../../json.ts'
import type { Artifact, Message, Metadata, Part, Status } from './update.ts'

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

/** How a version writes what a message, an artifact and a status hold; their other members have the same names in both. */
export interface Wording {
  part(value: Metadata): Part
  role(role: string): boolean
  state(state: string): string
}

export interface Readers {
  message(value: Metadata): Message
  artifact(value: Metadata): Artifact
  artifacts(value: Metadata): readonly Artifact[]
  status(value: Metadata): Status
}

export function readersOf(wording: Wording): Readers {
  const parts = (value: Metadata): readonly Part[] => listAt(value, 'parts').map(wording.part)
  const message = (value: Metadata): Message => ({
    messageId: optionalTextAt(value, 'messageId', 'message_id') ?? '',
    isAgent: wording.role(textAt(value, 'role')),
    parts: parts(value),
  })
  const artifact = (value: Metadata): Artifact => ({
    artifactId: textAt(value, 'artifactId', 'artifact_id'),
    name: optionalTextAt(value, 'name'),
    parts: parts(value),
  })
  return {
    message,
    artifact,
    artifacts: (value) => listAt(value, 'artifacts').map(artifact),
    status(value) {
      const said = optionalObjectAt(value, 'message')
      return { state: wording.state(textAt(value, 'state')), message: said && message(said), timestamp: optionalTextAt(value, 'timestamp') }
    },
  }
}
