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

const members = new Set(['id', 'role', 'name', 'content', 'toolCalls', 'toolCallId', 'encryptedValue'])

function isMessage(message: unknown): boolean {
  if (!isObject(message)) return false
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
