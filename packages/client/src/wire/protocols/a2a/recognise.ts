import type { Frame } from '../../frames/frame.ts'
import { isObject, objectIn } from '../../json.ts'

const wrappings = new Set(['task', 'message', 'msg', 'statusUpdate', 'status_update', 'artifactUpdate', 'artifact_update'])

/** What a frame answers: a result, or the error that both versions tell alike. */
function answerOf({ data, event }: Frame): { readonly isV1: boolean; readonly isError: boolean } | undefined {
  const value = objectIn(data)
  if (!value) return undefined
  const { jsonrpc, result, error } = value
  // The bare error of a server that failed outside a call.
  if (event === 'error' && typeof value['code'] === 'number' && typeof value['message'] === 'string') return { isV1: false, isError: true }
  if (jsonrpc !== '2.0') return undefined
  if (isObject(error)) return { isV1: false, isError: true }
  // 1.0 wraps each payload in its name, and says no `kind`.
  return isObject(result) ? { isV1: !('kind' in result) && wrappings.has(Object.keys(result)[0] ?? ''), isError: false } : undefined
}

/** True for answers of A2A 0.3, and for errors. */
export function isA2a(frame: Frame): boolean {
  return answerOf(frame)?.isV1 === false
}

/** True for answers of A2A 1.0, and for errors. */
export function isA2aV1(frame: Frame): boolean {
  const answer = answerOf(frame)
  return answer !== undefined && (answer.isV1 || answer.isError)
}

/** True for a server that says which version it speaks, as clients do in the same header. */
export function saysA2aV1(headers: Headers): boolean {
  return /^1(?:\.|$)/.test(headers.get('a2a-version') ?? '')
}
