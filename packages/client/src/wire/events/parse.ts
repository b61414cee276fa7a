import { safeParse } from 'zod/v4/core'
import { ProtocolError } from '../../errors.ts'
import { isObject } from '../json.ts'
import { type AgentEvent, type EventType, eventSchemas } from './vocabulary.ts'

const isOptionalText = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'

/**
 * Token-like events arrive by the thousand, so their shape is checked by hand. A property test holds this check equal to
 * the schemas; everything it does not accept goes to them.
 */
function isTokenLike(value: Record<string, unknown>): value is AgentEvent {
  if (value['type'] !== 'token' && value['type'] !== 'thinking_token') return false
  if (typeof value['content'] !== 'string' || !isOptionalText(value['timestamp'])) return false
  const fallback = value['is_fallback']
  return value['type'] === 'thinking_token' || fallback === undefined || fallback === null || typeof fallback === 'boolean'
}

/** True for the names of the vocabulary, and for nothing an object inherits. */
export function isEventType(type: unknown): type is EventType {
  return typeof type === 'string' && Object.hasOwn(eventSchemas, type)
}

/**
 * An unknown value as an event. A type that the vocabulary does not have becomes `custom` with that name and the whole
 * object as its data. Throws ProtocolError when the value is no object with a `type`, or has the wrong shape for its type.
 */
export function parseEvent(value: unknown): AgentEvent {
  if (!isObject(value) || typeof value['type'] !== 'string')
    throw new ProtocolError('Not an event: expected an object with a text `type`', { excerpt: excerptOf(value) })
  if (isTokenLike(value)) return value
  const type = value['type']
  if (!isEventType(type)) return { type: 'custom', name: type, data: value }
  const parsed = safeParse(eventSchemas[type], value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.code}`)
  throw new ProtocolError(`A ${type} event has the wrong shape (${issues.join('; ')})`, { excerpt: excerptOf(value), issues })
}

function excerptOf(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? String(value)
}
