import { isObject } from '../../json.ts'
import { names } from './words.ts'

/** What a message of each role must have as text, beside its id; an assistant may only have called tools. */
const textsByRole: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['developer', ['content']],
  ['system', ['content']],
  ['user', ['content']],
  ['assistant', []],
  ['reasoning', ['content']],
  ['tool', ['content', 'toolCallId']],
])

const isText = (value: unknown): boolean => typeof value === 'string'

function isCall(call: unknown): boolean {
  if (!isObject(call) || !isObject(call['function'])) return false
  const { name, arguments: text } = call['function']
  return call['type'] === 'function' && [call['id'], name, text].every(isText) && Object.keys(call).length === 3
}

const media = new Set(['image', 'audio', 'video', 'document'])
const isMaybeText = (value: unknown): boolean => value === undefined || isText(value)

/** What a person said beside text: by its address or as data. */
function isPart(part: unknown): boolean {
  if (!isObject(part) || !isMaybeText(part['id']) || part['metadata'] !== undefined) return false
  const { type, text, source } = part
  if (type === 'text') return isText(text)
  if (!media.has(String(type)) || !isObject(source) || !isText(source['value'])) return false
  return source['type'] === 'data' ? isText(source['mimeType']) : source['type'] === 'url' && isMaybeText(source['mimeType'])
}

function isActivity({ id, role, activityType, content, ...rest }: Record<string, unknown>): boolean {
  return role === 'activity' && isText(id) && isText(activityType) && isObject(content) && Object.keys(rest).length === 0
}

const members = new Set(['id', 'role', 'name', 'content', 'toolCalls', 'toolCallId', 'encryptedValue'])

function isMessage(message: unknown): boolean {
  if (!isObject(message)) return false
  if (isActivity(message)) return true
  const { content, role } = message
  // A person's message may have parts; the rest of it is like any other.
  if (role === 'user' && Array.isArray(content)) return content.every(isPart) && isMessage({ ...message, content: '' })
  const { toolCalls = [], ...texts } = message
  const wanted = textsByRole.get(message['role'])
  if (!wanted?.every((name) => isText(message[name])) || !isText(message['id'])) return false
  return Object.keys(message).every((name) => members.has(name)) && Object.values(texts).every(isText) && Array.isArray(toolCalls) && toolCalls.every(isCall)
}

/** A conversation that the official client takes, for it refuses a whole run over one odd message; anything else stays a custom event. */
export function isConversation(name: string, data: unknown): boolean {
  return name === names.messages && Array.isArray(data) && data.every(isMessage)
}

/** Reasoning that only its model can read, as it was received: the client gives it back in the next run. */
export function isEncryptedValue(name: string, data: unknown): data is Record<string, unknown> & { type: string } {
  if (name !== 'REASONING_ENCRYPTED_VALUE' || !isObject(data) || Object.keys(data).length !== 4 || data['type'] !== name) return false
  const { subtype, entityId, encryptedValue } = data
  return (subtype === 'message' || subtype === 'tool-call') && isText(entityId) && isText(encryptedValue)
}

/** A message of somebody else's, as it is read from AG-UI: told whole, and as one of its messages again. */
export interface OtherMessage {
  readonly id: string
  readonly role: string
  readonly content: string
}

const others = new Set<unknown>(['developer', 'system', 'user'])

export function isOtherMessage(name: string, data: unknown): data is OtherMessage {
  if (name !== 'message' || !isObject(data) || Object.keys(data).length !== 3) return false
  return isText(data['id']) && data['id'] !== '' && others.has(data['role']) && isText(data['content'])
}
