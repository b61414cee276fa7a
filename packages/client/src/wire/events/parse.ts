import { ProtocolError } from '../../errors.ts'
import { isObject, isTyped, wrongIn } from '../json.ts'
import { eventShapes, type Shape, type Shapes } from './shapes.ts'
import type { AgentEvent, EventType } from './vocabulary.ts'

const wrong = wrongIn('an event')

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
  if (!isTyped(value)) throw wrong('expected an object with a text `type`', value)
  if (isUsualToken(value)) return value as AgentEvent // Its shape was just checked.
  const { type } = value
  if (!isEventType(type)) return { type: 'custom', name: type, data: value }
  if (isShaped(value['timestamp'], 'string?') && isShaped(value, eventShapes[type])) return value as AgentEvent // Its shape was just checked.
  const issues: string[] = []
  isShaped(value['timestamp'], 'string?', issues, '.timestamp')
  isShaped(value, eventShapes[type], issues)
  throw new ProtocolError(`A ${type} event has the wrong shape (${issues.join('; ')})`, { excerpt: JSON.stringify(value), issues })
}

/** Whether a value has a shape. Whoever gives a list for the issues is told what is wrong, and where in the event that is. */
function isShaped(value: unknown, shape: Shape, issues?: string[], path = ''): boolean {
  if (typeof shape === 'string') return isKind(value, shape) || isWrong(shape.replace('?', ''), issues, path)
  const isArray = isList(shape)
  if (!(isArray ? Array.isArray(value) : isObject(value))) return isWrong(isArray ? 'array' : 'object', issues, path)
  const holder = value as Record<string, unknown> // An object or an array, as was just checked.
  let areRight = true
  for (const name in isArray ? holder : shape) {
    const inner = isArray ? shape[0] : shape[name]
    if (inner && !isShaped(holder[name], inner, issues, issues && `${path}.${name}`)) areRight = false
  }
  return areRight
}

function isWrong(expected: string, issues: string[] | undefined, path: string): false {
  issues?.push(`${path.slice(1)}: expected ${expected}`)
  return false
}

const isList = (shape: Shapes | readonly [Shapes]): shape is readonly [Shapes] => Array.isArray(shape)

function isKind(value: unknown, kind: string): boolean {
  // Most members are texts.
  if (typeof value === 'string') return kind === 'string' || kind === 'string?'
  if (value === undefined || value === null) return kind.endsWith('?')
  return kind.startsWith(typeof value) && (typeof value !== 'number' || Number.isFinite(value))
}
