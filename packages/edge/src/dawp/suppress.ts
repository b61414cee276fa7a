import { isObject } from '@agentstream/client/wire'
import type { Message } from '../model/messages.ts'
import type { ToolOutcome } from '../tools/call-tool.ts'

/** Calls whose result says `suppress_from_llm`: acknowledgements the model need not read. */
export function suppressedCallIds(outcomes: readonly ToolOutcome[]): readonly string[] {
  return outcomes.filter(({ result }) => isObject(result) && Boolean(result['suppress_from_llm'])).map(({ call }) => call.id)
}

/**
 * Takes a call and its answer out of what the model is told. An assistant message that made other calls too keeps those:
 * in compatible mode it goes as a whole, as upstream, and leaves answers to nothing, which several providers refuse.
 */
export function suppressCall(messages: Message[], callId: string, { compatible }: { readonly compatible: boolean }): void {
  // Ids are told apart within a run only: an earlier call of the same conversation may have had the same one.
  const at = messages.findLastIndex((message) => message.role === 'assistant' && message.toolCalls.some(({ id }) => id === callId))
  if (at < 0) return
  const kept = messages.slice(at).flatMap((message): readonly Message[] => {
    if (message.role === 'tool') return message.toolCallId === callId ? [] : [message]
    if (message.role !== 'assistant' || !message.toolCalls.some(({ id }) => id === callId)) return [message]
    const others = message.toolCalls.filter(({ id }) => id !== callId)
    return compatible || others.length === 0 ? [] : [{ ...message, toolCalls: others }]
  })
  messages.splice(at, messages.length - at, ...kept)
}
