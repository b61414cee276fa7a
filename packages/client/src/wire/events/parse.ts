import { ProtocolError } from '../../errors.ts'
import { isObject } from '../json.ts'
import { eventShapes, type Shape, type Shapes } from './shapes.ts'
import type { AgentEvent, EventType } from './vocabulary.ts'

const isOptionalText = (value: unknown): boolean => value === undefined || value === null || typeof value === 'string'

/** Token-like events arrive by the thousand, so their shape is checked by hand; what this does not accept is looked at again. */
function isTokenLike(value: Record<string, unknown>): value is AgentEvent {
  if (value['type'] !== 'token' && value['type'] !== 'thinking_token') return false
  if (typeof value['content'] !== 'string' || !isOptionalText(value['timestamp'])) return false
  const fallback = value['is_fallback']
  return value['type'] === 'thinking_token' || fallback === undefined || fallback === null || typeof fallback === 'boolean'
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
  if (isTokenLike(value)) return value
  const type = value['type']
  if (!isEventType(type)) return { type: 'custom', name: type, data: value }
  if (isShaped(value['timestamp'], 'string?') && hasShapes(value, eventShapes[type])) return value as AgentEvent // Its shape was just checked.
  const issues = [...issuesOf(value, { timestamp: 'string?' }, ''), ...issuesOf(value, eventShapes[type], '')]
  throw new ProtocolError(`A ${type} event has the wrong shape (${issues.join('; ')})`, { excerpt: excerptOf(value), issues })
}

function hasShapes(value: Record<string, unknown>, shapes: Shapes): boolean {
  for (const member in shapes) {
    const shape = shapes[member]
    if (shape && !isShaped(value[member], shape)) return false
  }
  return true
}

function isShaped(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return isKind(value, shape)
  if (!isList(shape)) return isObject(value) && hasShapes(value, shape)
  return Array.isArray(value) && value.every((element) => isShaped(element, shape[0]))
}

function isKind(value: unknown, kind: string): boolean {
  if (kind.endsWith('?')) return value === undefined || value === null || isKind(value, kind.slice(0, -1))
  return kind === 'number' ? Number.isFinite(value) : typeof value === kind
}

const isList = (shape: Shapes | readonly [Shapes]): shape is readonly [Shapes] => Array.isArray(shape)

/** What is wrong with which member; asked only once something is. */
function issuesOf(value: Record<string, unknown>, shapes: Shapes, path: string): string[] {
  return Object.entries(shapes).flatMap(([member, shape]) => issuesAt(value[member], shape, path + member))
}

function issuesAt(value: unknown, shape: Shape, path: string): string[] {
  if (isShaped(value, shape)) return []
  if (typeof shape === 'string') return [`${path}: expected ${shape.replace('?', '')}`]
  if (!isList(shape)) return isObject(value) ? issuesOf(value, shape, `${path}.`) : [`${path}: expected object`]
  return Array.isArray(value) ? value.flatMap((element, at) => issuesAt(element, shape[0], `${path}.${at}`)) : [`${path}: expected array`]
}

function excerptOf(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 200) ?? String(value)
}
