/** Enters: what the server remembers of a conversation. Leaves: its questions, each with what came of it. */
import type { Conversation, PastToolCall } from '@agentstream/client'

export interface EarlierTurn {
  readonly question: string
  /** What the agent said and called, in order. */
  readonly answer: readonly EarlierPart[]
}

export type EarlierPart = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'call'; readonly call: PastToolCall }

export function earlierTurns({ messages }: Pick<Conversation, 'messages'>): readonly EarlierTurn[] {
  const turns: { readonly question: string; readonly answer: EarlierPart[] }[] = []
  for (const message of messages) {
    if (message.role === 'user') turns.push({ question: message.text, answer: [] })
    // What is kept begins with a question: whole turns are forgotten.
    else turns.at(-1)?.answer.push(...partsOf(message))
  }
  return turns
}

function partsOf({ text, toolCalls }: { readonly text: string; readonly toolCalls: readonly PastToolCall[] }): readonly EarlierPart[] {
  const calls = toolCalls.map((call) => ({ kind: 'call', call }) as const)
  return text.trim() === '' ? calls : [{ kind: 'text', text }, ...calls]
}

/** What was said in words, for whoever copies it. */
export function wordsOf({ answer }: EarlierTurn): string {
  return answer.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n\n')
}
