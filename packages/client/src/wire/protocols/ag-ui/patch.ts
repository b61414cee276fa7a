/** JSON Patch (RFC 6902) over values that are shared and never changed: what a patch touches is copied, the rest stays the same object. */
import { isObject, isText, wrongIn } from '../../json.ts'

type Container = Record<string, unknown> | unknown[]
type Operation = Readonly<Record<string, unknown>> & { readonly op: string; readonly path: string }

/** Copies share what they copy, so that a few hostile ones could mean more than anybody can write down. Counted in values, per document. */
const maxCopiedValues = 100_000

/** Says that a patch does not fit its document. Never leaves this file. */
const unfit = Symbol('unfit')

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

const isOperation = (value: unknown): value is Operation => isObject(value) && isText(value['op']) && isText(value['path'])

/** True for a list of operations; whether it fits a document is seen when it is applied. */
export const isPatch = (value: unknown): value is readonly Operation[] => Array.isArray(value) && value.every(isOperation)

const wrong = wrongIn('a JSON Patch')

/** Throws ProtocolError for anything else. */
export function parsePatch(value: unknown): readonly Operation[] {
  if (isPatch(value)) return value
  throw wrong('expected a list of operations', value)
}

export interface PatchedDocument {
  value(): unknown
  set(value: unknown): void
  /** False, and nothing has changed, when one of the operations does not fit. */
  apply(patch: readonly Operation[]): boolean
}

export function createPatchedDocument(initial: unknown): PatchedDocument {
  let current = initial
  let copied = 0
  return {
    value: () => current,
    set(value) {
      current = value
    },
    apply(patch) {
      let next = current
      for (const operation of patch) {
        if (operation.op === 'copy') copied += sizeOf(find(next, pointer(operation['from'])))
        next = copied > maxCopiedValues ? unfit : operate(next, operation)
        if (next === unfit) return false
      }
      current = next
      return true
    },
  }
}

const needsValue = ['add', 'replace', 'test']

function operate(value: unknown, { op, path: to, from, value: given }: Operation): unknown {
  const path = pointer(to)
  if (!path || (given === undefined && needsValue.includes(op))) return unfit
  switch (op) {
    case 'add':
      return edit(value, path, insert, given)
    case 'replace':
      return edit(value, path, replace, given)
    case 'remove':
      return edit(value, path, remove, null)
    case 'test':
      return isEqual(find(value, path), given) ? value : unfit
    case 'copy':
      return edit(value, path, insert, find(value, pointer(from)))
    case 'move':
      return move(value, pointer(from), path)
    default:
      return unfit
  }
}

/** Nothing can be moved into itself. */
function move(value: unknown, from: readonly string[] | undefined, to: readonly string[]): unknown {
  const found = find(value, from)
  if (!from || (from.length < to.length && from.every((key, at) => key === to[at]))) return unfit
  return edit(edit(value, from, remove, null), to, insert, found)
}

/** RFC 6901; undefined for what is no pointer. */
function pointer(text: unknown): readonly string[] | undefined {
  if (text === '') return []
  if (!isText(text) || text[0] !== '/' || /~(?![01])/.test(text)) return undefined
  return text
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d{0,14})$/.test(key)

/** Own members only: `__proto__` and its like are names among others, and never reach what objects inherit. */
const has = (parent: Container, key: string): boolean => Object.hasOwn(parent, key) && (!Array.isArray(parent) || isIndex(key))
const read = (parent: Container, key: string): unknown => Reflect.get(parent, key)

function find(value: unknown, path: readonly string[] | undefined): unknown {
  let at = path ? value : unfit
  for (const key of path ?? []) at = isContainer(at) && has(at, key) ? read(at, key) : unfit
  return at
}

/** The parent with one member changed; unfit where that cannot be. */
type Change = (parent: Container, key: string, value: unknown) => unknown

/** Changes a member and all that holds it, without recursion. The whole document is no member: it becomes the value. */
function edit(document: unknown, path: readonly string[], change: Change, value: unknown): unknown {
  const parents: [Container, string][] = []
  let at = document
  for (const key of path) {
    if (!isContainer(at)) return unfit
    parents.push([at, key])
    at = has(at, key) ? read(at, key) : undefined
  }
  let [changed, next] = [value, change]
  for (const [parent, key] of parents.reverse()) {
    if (changed !== unfit) changed = next(parent, key, changed)
    next = put
  }
  return changed
}

/** A computed name is one among others: an assignment to `__proto__` would change what the object inherits. */
const put: Change = (parent, key, value) => (Array.isArray(parent) ? parent.with(Number(key), value) : { ...parent, [key]: value })
const replace: Change = (parent, key, value) => (has(parent, key) ? put(parent, key, value) : unfit)

const insert: Change = (parent, key, value) => {
  if (!Array.isArray(parent)) return put(parent, key, value)
  const at = key === '-' ? parent.length : Number(key)
  return (key === '-' || isIndex(key)) && at <= parent.length ? parent.toSpliced(at, 0, value) : unfit
}

const remove: Change = (parent, key) => {
  if (!has(parent, key)) return unfit
  if (Array.isArray(parent)) return parent.toSpliced(Number(key), 1)
  const { [key]: _, ...rest } = parent
  return rest
}

/** How many values there are in one, counted no further than the limit. */
function sizeOf(value: unknown): number {
  const values = [value]
  for (const each of values) {
    if (values.length > maxCopiedValues) break
    if (isContainer(each)) for (const child of Object.values(each)) values.push(child)
  }
  return values.length
}

/** As RFC 6902 compares: members in any order. Without recursion, for a document may be deep. */
function isEqual(a: unknown, b: unknown): boolean {
  const pairs = [[a, b]]
  for (const [left, right] of pairs) {
    if (left === right) continue
    if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right)) return false
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length || !keys.every((key) => has(right, key))) return false
    for (const key of keys) pairs.push([read(left, key), read(right, key)])
  }
  return true
}
