import { ProtocolError } from '../../../errors.ts'
import { isObject } from '../../json.ts'

/** `AgentOutput` of `output_text_formatter.py`: all members always there, most of them null. */
export interface AgentOutput {
  readonly type: string
  readonly message: string | null
  readonly chunk: string | null
  readonly tool_action: { readonly name: string; readonly type: string } | null
  readonly reasoning: string | null
  readonly raw_event: unknown
}

/** An object with a `type`, as it came. */
export type Raw = Readonly<Record<string, unknown>> & { readonly type: string }

/** True for an object with a text `type`, whatever it may be. */
export function isRaw(value: unknown): value is Raw {
  return isObject(value) && typeof value['type'] === 'string'
}

/** Text, or null where it is absent. Throws ProtocolError for anything else. */
export function textOf(value: Raw, key: string): string | null {
  const text = value[key]
  if (text == null || typeof text === 'string') return text ?? null
  throw wrong(`\`${key}\` is no text`, value)
}

/** Throws ProtocolError for a member of the wrong kind. Documentation and older releases leave members out. */
export function parseOutput(value: Raw): AgentOutput {
  const action = value['tool_action']
  if (action != null && !isObject(action)) throw wrong('`tool_action` is no object', value)
  const tool_action = action == null ? null : { name: textOf({ type: '', ...action }, 'name') ?? 'unknown', type: String(action['type']) }
  return {
    type: value.type,
    message: textOf(value, 'message'),
    chunk: textOf(value, 'chunk'),
    tool_action,
    reasoning: textOf(value, 'reasoning'),
    raw_event: value['raw_event'],
  }
}

export function wrong(what: string, value: unknown): ProtocolError {
  return new ProtocolError(`Not an Agentor object: ${what}`, { excerpt: JSON.stringify(value)?.slice(0, 200) ?? '' })
}

// The closing quote is optional, so that hostile text cannot make it look for one again and again.
const quoted = /\btext=(?:'((?:[^'\\]|\\.)*)'?|"((?:[^"\\]|\\.)*)"?)/gs
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** Releases up to 0.0.23 print reasoning as Python prints a list of `Content(text='…', type='…')`. Anything else is text as it is. */
export function reasoningText(reasoning: string): string {
  if (reasoning === '[]') return ''
  if (!reasoning.startsWith('[Content(')) return reasoning
  const texts = Array.from(reasoning.matchAll(quoted), (match) => (match[1] ?? match[2] ?? '').replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char))
  return texts.length > 0 ? texts.join('\n') : reasoning
}

/** Calls that wait for their output, by name and in order. */
export interface OpenCalls {
  /** Gives the new call an id. */
  open(name: string): string
  /** The oldest open call of this name; of any name when `name` is not given. It is open no more. */
  close(name?: string): { readonly id: string; readonly name: string } | undefined
  newId(): string
}

export function createOpenCalls(): OpenCalls {
  const names = new Map<string, string>()
  const idsByName = new Map<string, Set<string>>()
  let count = 0
  const newId = (): string => `call-${++count}`
  return {
    newId,
    open(name) {
      const id = newId()
      names.set(id, name)
      const ids = idsByName.get(name) ?? new Set()
      idsByName.set(name, ids.add(id))
      return id
    },
    close(wanted) {
      const [id] = wanted === undefined ? names.keys() : (idsByName.get(wanted) ?? [])
      const name = id === undefined ? undefined : names.get(id)
      if (id === undefined || name === undefined) return undefined
      names.delete(id)
      idsByName.get(name)?.delete(id)
      return { id, name }
    },
  }
}
