import { isObject } from '@agentstream/client/wire'
import type { ApprovalAnswer } from './approval-desk.ts'
import type { CancelCause } from './cancellation.ts'

/** What another process has to say to the producer of a run. */
export type RunMessage =
  | { readonly kind: 'cancel'; readonly cause: CancelCause }
  | { readonly kind: 'cancel_scope'; readonly scope: string; readonly cause: CancelCause }
  | { readonly kind: 'answer'; readonly id: string; readonly answer: ApprovalAnswer }

const kinds: ReadonlySet<unknown> = new Set<RunMessage['kind']>(['cancel', 'cancel_scope', 'answer'])

export function encodeMessage(message: RunMessage): string {
  return JSON.stringify(message)
}

/** Undefined for what this version does not know: a newer one may run beside it. */
export function parseMessage(text: string): RunMessage | undefined {
  const value: unknown = JSON.parse(text)
  if (!isObject(value) || !kinds.has(value['kind'])) return undefined
  // Only the function above writes it.
  return value as unknown as RunMessage
}
