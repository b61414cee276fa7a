/** The envelope of every frame: a JSON-RPC 2.0 response. */
import type { EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { given, isObject, isText, type Members, maybe, parseJson } from '../../json.ts'
import { textOf, wrong } from './fields.ts'

export type RpcId = string | number | null

export type Answer = { readonly id: RpcId; readonly result: Members } | { readonly id: RpcId; readonly error: EventOf<'error'> }

const isTextOrNumber = (value: unknown): value is string | number => isText(value) || typeof value === 'number'
const idOf = maybe(isTextOrNumber, 'text or number', wrong)

/** A code of JSON-RPC or of A2A (-32001 no such task, -32600 to -32603, …) as text, and what the server adds to it. */
function failure(error: Members): EventOf<'error'> {
  const { code, data } = error
  return { type: 'error', error: textOf(error, 'message'), ...given({ code: isTextOrNumber(code) ? String(code) : undefined, data: data ?? undefined }) }
}

export function readAnswer({ data, event }: Frame): Answer {
  const value = parseJson(data)
  if (!isObject(value)) throw wrong('expected an object', value)
  if (value['jsonrpc'] !== '2.0') {
    // The error frame of a server that failed outside a call is the bare error (@a2a-js/sdk, `formatSSEErrorEvent`).
    if (event === 'error') return { id: null, error: failure(value) }
    throw wrong('expected a JSON-RPC 2.0 response', value)
  }
  const id = idOf(value, 'id') ?? null
  if (isObject(value['error'])) return { id, error: failure(value['error']) }
  if (isObject(value['result'])) return { id, result: value['result'] }
  throw wrong('expected a result or an error', value)
}
