/** The envelope of every frame: a JSON-RPC 2.0 response. */
import type { EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject, parseJson } from '../../json.ts'
import { wrong } from './fields.ts'
import type { Metadata } from './update.ts'

export type RpcId = string | number | null

export type Answer = { readonly id: RpcId; readonly result: Metadata } | { readonly id: RpcId; readonly error: EventOf<'error'> }

/** A code of JSON-RPC or of A2A (-32001 no such task, -32600 to -32603, …) as text, and what the server adds to it. */
function failure(error: Metadata, frame: Metadata): EventOf<'error'> {
  const { code, message, data } = error
  if (typeof message !== 'string') throw wrong('an error has a message', frame)
  return {
    type: 'error',
    error: message,
    ...(typeof code === 'number' || typeof code === 'string' ? { code: String(code) } : {}),
    ...(data === undefined || data === null ? {} : { data }),
  }
}

function idOf(value: Metadata): RpcId {
  const id = value['id'] ?? null
  if (id === null || typeof id === 'string' || typeof id === 'number') return id
  throw wrong('an id is a text or a number', value)
}

export function readAnswer({ data, event }: Frame): Answer {
  const value = parseJson(data)
  if (!isObject(value)) throw wrong('expected an object', value)
  if (value['jsonrpc'] !== '2.0') {
    // The error frame of a server that failed outside a call is the bare error (@a2a-js/sdk, `formatSSEErrorEvent`).
    if (event === 'error') return { id: null, error: failure(value, value) }
    throw wrong('expected a JSON-RPC 2.0 response', value)
  }
  const id = idOf(value)
  if (isObject(value['error'])) return { id, error: failure(value['error'], value) }
  if (isObject(value['result'])) return { id, result: value['result'] }
  throw wrong('expected a result or an error', value)
}
