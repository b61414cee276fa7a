import { ProtocolError } from '../../errors.ts'
import { isObject } from '../json.ts'
import { eventShapes, type Shape, type Shapes } from './shapes.ts'
import type { AgentEvent, EventType } from './vocabulary.ts'

/** Token-like events arrive by the thousand, so the usual ones are checked by hand; what this does not accept is looked at again. */
function isUsualToken({ type, content, timestamp, is_fallback }: Record<string, unknown>): boolean {
  const isToken = type === 'token' || type === 'thinking_token'
  return isToken && typeof content === 'string' && (timestamp === undefined || typeof timestamp === 'string') && is_fallback === undefined
}

/** True for the names of the vocabulary, and for nothing an object inherits. */
export function isEventType(type: unknown): type is EventType {
  return typeof type === 'string' && Object.hasOwn(eventShapes, type)
}

/**
 * An unknown value as an event: the same object, checked. A type that the vocabulary does not have becomes `custom` with that name
 * and the whole object as its data. Throws ProtocolError when the value is no object with a `type`, or has the wrong shape for it.
 */
export function parseEvent(value: unknown): AgentEvent {
  if (!isObject(value) || typeof value['type'] !== 'string')
    throw new ProtocolError('Not an event: expected an object with a text `type`', { excerpt: excerptOf(value) })
  if (isUsualToken(value)) return value as AgentEvent // Its shape was just checked.
  const type = value['type']
  if (!isEventType(type)) return { type: 'custom', name: type, data: value }
  const issues: string[] = []
  check(value['timestamp'], 'string?', '.timestamp', issues)
  check(value, eventShapes[type], '', issues)
  if (issues.length === 0) return value as AgentEvent // Its shape was just checked.
  throw new ProtocolError(`A ${type} event has the wrong shape (${issues.join('; ')})`, { excerpt: excerptOf(value), issues })
}

/** Adds to the issues what is wrong with a value, and where in the event that is. */
function check(value: unknown, shape: Shape, path: string, issues: string[]): void {
  const kind = typeof shape === 'string' ? shape : isList(shape) ? 'array' : 'object'
  if (!isKind(value, kind)) issues.push(`${path.slice(1)}: expected ${kind.replace('?', '')}`)
  else if (typeof shape !== 'string') {
    const holder = value as Record<string, unknown> // An object or an array, as was just checked.
    for (const name in isList(shape) ? holder : shape) {
      const inner = isList(shape) ? shape[0] : shape[name]
      if (inner) check(holder[name], inner, `${path}.${name}`, issues)
    }
  }
}

const isList = (shape: Shapes | readonly [Shapes]): shape is readonly [Shapes] => Array.isArray(shape)

function isKind(value: unknown, kind: string): boolean {
  if (kind.endsWith('?')) return value === undefined || value === null || isKind(value, kind.slice(0, -1))
  if (kind === 'number') return Number.isFinite(value)
  if (kind === 'array') return Array.isArray(value)
  return kind === 'object' ? isObject(value) : typeof value === kind
}

function excerptOf(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? String(value)
}
