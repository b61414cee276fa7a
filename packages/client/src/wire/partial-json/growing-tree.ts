/**
 * A JSON value while it is being written. Only the containers on the way to the place that grows are open; everything else is
 * finished and never touched again. `read` hands the tree out, and what was handed out is copied before it is next written to,
 * so two readings share every object that did not change between them.
 */
type Container = unknown[] | Record<string, unknown>

interface Open {
  value: Container
  /** Where the next value goes, or where one is growing: an index, a name, or undefined before the next name is known. */
  key: string | number | undefined
  /** Was handed out: to be copied before it is written to. */
  shared: boolean
}

export interface GrowingTree {
  /** How many containers are open. */
  depth(): number
  isComplete(): boolean
  /** Whether the innermost open container is an array; undefined when none is open. */
  inArray(): boolean | undefined
  /** The name of the value that comes next. */
  name(key: string): void
  open(container: Container): void
  close(): void
  /** The value that is growing, as far as it is known. */
  show(value: unknown): void
  /** The value that was growing, finished. */
  put(value: unknown): void
  read(): { readonly value: unknown; readonly openPath: readonly (string | number)[] | undefined }
}

export function createGrowingTree(): GrowingTree {
  // Around everything, an array of one: so the outermost value has a place like any other.
  const around: Open = { value: [], key: 0, shared: false }
  const opened: Open[] = [around]
  let top = around

  const settle = (): void => {
    top.key = Array.isArray(top.value) ? top.value.length : undefined
  }
  return {
    depth: () => opened.length - 1,
    isComplete: () => around.key === 1,
    inArray: () => (top === around ? undefined : Array.isArray(top.value)),
    name(key) {
      top.key = key
    },
    open(container) {
      write(top, container)
      top = { value: container, key: Array.isArray(container) ? 0 : undefined, shared: false }
      opened.push(top)
    },
    close() {
      const closed = top
      opened.pop()
      top = opened.at(-1) ?? around
      place(top, closed.value)
      settle()
    },
    show: (value) => place(top, value),
    put(value) {
      write(top, value)
      settle()
    },
    read() {
      for (let at = opened.length - 1; at > 0; at--) place(opened[at - 1] ?? around, (opened[at] ?? around).value)
      for (const open of opened) open.shared = true
      const path = opened.slice(1).flatMap(({ key }) => key ?? [])
      return { value: (around.value as readonly unknown[])[0], openPath: around.key === 1 ? undefined : path }
    },
  }
}

/** Writes what is not there yet: a child may have been copied since it was opened, a text may have grown. */
function place(open: Open, value: unknown): void {
  if (slots(open)[open.key ?? ''] !== value) write(open, value)
}

function write(open: Open, value: unknown): void {
  if (open.shared) {
    open.value = Array.isArray(open.value) ? open.value.slice() : { ...open.value }
    open.shared = false
  }
  const key = open.key ?? ''
  // Names such as __proto__ are names like any other, as for JSON.parse: assigning to them would reach for what objects inherit.
  if (key in Object.prototype) Object.defineProperty(open.value, key, { value, writable: true, enumerable: true, configurable: true })
  else slots(open)[key] = value
}

/** An array by its indices, an object by its names: both are written by key. */
const slots = (open: Open): Record<string | number, unknown> => open.value as Record<string | number, unknown>
