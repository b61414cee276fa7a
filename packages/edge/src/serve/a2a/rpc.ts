/** JSON-RPC 2.0: bodies go in, calls come out, and results or failures go back. Rules: jsonrpc.org/specification; A2A 1.0, section 5.4. */
import type { A2aOptions } from '@agentstream/client/wire'
import { z } from 'zod'
import { jsonResponse } from '../error-response.ts'
import { type Parsed, parseBody } from '../input.ts'

export type RpcId = NonNullable<A2aOptions['requestId']> | null

export interface RpcCall {
  readonly id: RpcId
  readonly method: string
  readonly params?: unknown
}

const codes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  busy: -32000,
  taskNotFound: -32001,
  taskNotCancelable: -32002,
  pushNotSupported: -32003,
  unsupported: -32004,
  contentType: -32005,
  noExtendedCard: -32007,
  version: -32009,
} as const

/** What A2A adds to its own codes, so that clients need not know the numbers. */
const reasons: Readonly<Partial<Record<keyof typeof codes, string>>> = {
  taskNotFound: 'TASK_NOT_FOUND',
  taskNotCancelable: 'TASK_NOT_CANCELABLE',
  pushNotSupported: 'PUSH_NOTIFICATION_NOT_SUPPORTED',
  unsupported: 'UNSUPPORTED_OPERATION',
  contentType: 'CONTENT_TYPE_NOT_SUPPORTED',
  noExtendedCard: 'EXTENDED_AGENT_CARD_NOT_CONFIGURED',
  version: 'VERSION_NOT_SUPPORTED',
}

export interface RpcFailure {
  readonly failure: keyof typeof codes
  readonly message: string
}

export const failed = (failure: RpcFailure['failure'], message: string): RpcFailure => ({ failure, message })

const idSchema = z.union([z.string(), z.number().int(), z.null()])
const callSchema = z.object({ jsonrpc: z.literal('2.0'), id: idSchema.default(null), method: z.string(), params: z.unknown().optional() })

/** The call in a body. What is wrong with it is told under its own id where it has one. */
export function parseCall(text: string): RpcCall | (RpcFailure & { readonly id: RpcId }) {
  const body: Parsed<unknown> = parseBody(text)
  if ('problem' in body) return { id: null, ...failed('parse', body.problem) }
  const call = callSchema.safeParse(body.value)
  if (call.success) return call.data
  const id = z.object({ id: idSchema }).safeParse(body.value)
  return { id: id.success ? id.data.id : null, ...failed('invalidRequest', 'Expected one JSON-RPC 2.0 request') }
}

export function rpcResult(id: RpcId, result: unknown): Response {
  return jsonResponse({ jsonrpc: '2.0', id, result })
}

/** With status 200: the call arrived, and this is its answer. */
export function rpcFailure(id: RpcId, { failure, message }: RpcFailure): Response {
  const reason = reasons[failure]
  const data = reason && [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'a2a-protocol.org' }]
  return jsonResponse({ jsonrpc: '2.0', id, error: { code: codes[failure], message, ...(data ? { data } : {}) } })
}
