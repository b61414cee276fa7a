import { isObject, isText, maybe, wrongIn } from '../../json.ts'

/** `AgentOutput` of `output_text_formatter.py`: all members always there, most of them null. */
export interface AgentOutput {
  readonly type: string
  readonly message: string | null
  readonly chunk: string | null
  readonly tool_action: { readonly name: string; readonly type: string } | null
  readonly reasoning: string | null
  readonly raw_event: unknown
}

export const wrong = wrongIn('an Agentor object')
export const maybeText = maybe(isText, 'text', wrong)
export const maybeObject = maybe(isObject, 'object', wrong)

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
