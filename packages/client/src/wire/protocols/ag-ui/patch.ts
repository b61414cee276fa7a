/** JSON Patch (RFC 6902) over values that are shared and never changed: what a patch touches is copied, the rest stays the same object. */
import { ProtocolError } from '../../../errors.ts'
import { isObject } from '../../json.ts'

type Container = Record<string, unknown> | unknown[]
type Operation = Readonly<Record<string, unknown>> & { readonly op: string; readonly path: string }

/** Copies share what they copy, so that a few hostile ones could mean more than anybody can write down. Counted in values, per document. */
const maxCopiedValues = 100_000

/** Says that a patch does not fit its document. Never leaves this file. */
const unfit = Symbol('unfit')

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** True for a list of operations; whether it fits a document is seen when it is applied. */
export function isPatch(value: unknown): value is readonly Operation[] {
  return Array.isArray(value) && value.every(isOperation)
}

/** Throws ProtocolError for anything else. */
export function parsePatch(value: unknown): readonly Operation[] {
  if (isPatch(value)) return value
  throw new ProtocolError('Not a JSON Patch: expected a list of operations', { excerpt: JSON.stringify(value)?.slice(0, 200) ?? '' })
}

function isOperation(value: unknown): value is Operation {
  return isObject(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string'
}

export interface PatchedDocument {
  readonly value: unknown
  set(value: unknown): void
  /** False, and nothing has changed, when one of the operations does not fit. */
  apply(patch: readonly Operation[]): boolean
}

export function createPatchedDocument(initial: unknown): PatchedDocument {
  let current = initial
  let copied = 0
  return {
    get value() {
      return current
    },
    set(value) {
      current = value
    },
    apply(patch) {
      let next = current
      for (const operation of patch) {
        if (operation.op === 'copy') {
          copied += sizeOf(find(next, pointer(operation['from'])), maxCopiedValues)
          if (copied > maxCopiedValues) return false
        }
        const changed = operate(next, operation)
        if (changed === unfit) return false
        next = changed
      }
      current = next
      return true
    },
  }
}

const operations: ReadonlyMap<string, (value: unknown, path: readonly string[], operation: Operation) => unknown> = new Map([
  ['add', (value, path, { value: added }) => edit(value, path, (parent, key) => insert(parent, key, added), added)],
  ['replace', (value, path, { value: put }) => edit(value, path, (parent, key) => has(parent, key) && assign(parent, key, put), put)],
  ['remove', (value, path) => edit(value, path, (parent, key) => has(parent, key) && remove(parent, key), null)],
  ['test', (value, path, { value: wanted }) => (isEqual(find(value, path), wanted) ? value : unfit)],
  [
    'copy',
    (value, path, { from }) => {
      const found = find(value, pointer(from))
      return found === unfit ? unfit : edit(value, path, (parent, key) => insert(parent, key, found), found)
    },
  ],
  [
    'move',
    (value, path, { from }) => {
      const source = pointer(from)
      const found = find(value, source)
      if (!source || found === unfit || (source.length < path.length && source.every((key, at) => key === path[at]))) return unfit
      const without = edit(value, source, (parent, key) => remove(parent, key), null)
      return without === unfit ? unfit : edit(without, path, (parent, key) => insert(parent, key, found), found)
    },
  ],
])

const needsValue = new Set(['add', 'replace', 'test'])

function operate(value: unknown, operation: Operation): unknown {
  const path = pointer(operation.path)
  const run = operations.get(operation.op)
  const isWhole = operation['value'] !== undefined || !needsValue.has(operation.op)
  return path && run && isWhole ? run(value, path, operation) : unfit
}

/** RFC 6901; undefined for what is no pointer. */
function pointer(text: unknown): readonly string[] | undefined {
  if (text === '') return []
  if (typeof text !== 'string' || text[0] !== '/' || /~(?![01])/.test(text)) return undefined
  return text
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d{0,14})$/.test(key)

/** Own members only: `__proto__` and its like are names among others, and never reach what objects inherit. */
function has(parent: Container, key: string): boolean {
  return Array.isArray(parent) ? isIndex(key) && Number(key) < parent.length : Object.hasOwn(parent, key)
}

function read(parent: Container, key: string): unknown {
  return Array.isArray(parent) ? parent[Number(key)] : parent[key]
}

function find(value: unknown, path: readonly string[] | undefined): unknown {
  if (!path) return unfit
  let at = value
  for (const key of path) {
    if (!isContainer(at) || !has(at, key)) return unfit
    at = read(at, key)
  }
  return at
}

/** Copies the way to the parent, without recursion, and changes the copy. The whole document has no parent: it is replaced. */
function edit(value: unknown, path: readonly string[], change: (parent: Container, key: string) => boolean, whole: unknown): unknown {
  const last = path.at(-1)
  if (last === undefined) return whole
  if (!isContainer(value)) return unfit
  const root = shallow(value)
  let parent = root
  for (const key of path.slice(0, -1)) {
    const child = has(parent, key) ? read(parent, key) : undefined
    if (!isContainer(child)) return unfit
    const copy = shallow(child)
    assign(parent, key, copy)
    parent = copy
  }
  return change(parent, last) ? root : unfit
}

const shallow = (value: Container): Container => (Array.isArray(value) ? value.slice() : { ...value })

function assign(parent: Container, key: string, value: unknown): true {
  // An assignment to `__proto__` would change what the object inherits; a definition does not.
  Object.defineProperty(parent, key, { value, configurable: true, enumerable: true, writable: true })
  return true
}

function insert(parent: Container, key: string, value: unknown): boolean {
  if (!Array.isArray(parent)) return assign(parent, key, value)
  const at = key === '-' ? parent.length : Number(key)
  if ((key !== '-' && !isIndex(key)) || at > parent.length) return false
  parent.splice(at, 0, value)
  return true
}

function remove(parent: Container, key: string): true {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete parent[key]
  return true
}

function sizeOf(value: unknown, limit: number): number {
  const rest = [value]
  let size = 0
  for (let next = rest.pop(); rest.length > 0 || next !== undefined; next = rest.pop()) {
    if (++size > limit) break
    if (isContainer(next)) for (const child of Object.values(next)) rest.push(child ?? null)
  }
  return size
}

/** As RFC 6902 compares: members in any order. Without recursion, for a document may be deep. */
function isEqual(a: unknown, b: unknown): boolean {
  const pairs: [unknown, unknown][] = [[a, b]]
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [left, right] = pair
    if (left === right) continue
    if (!isContainer(left) || !isContainer(right) || Array.isArray(left) !== Array.isArray(right)) return false
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length || !keys.every((key) => has(right, key))) return false
    for (const key of keys) pairs.push([read(left, key), read(right, key)])
  }
  return true
}
