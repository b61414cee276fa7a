/** Enters: the messages the loop sends. Leaves: the prompt, and what the tools have answered to it so far. */
import type { Message } from '@agentstream/edge'

export interface ToolOutcome {
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  /** What the tool returned, parsed where it is JSON. */
  readonly value: unknown
  readonly text: string
}

export interface Conversation {
  readonly prompt: string
  /** What was asked before in this conversation, oldest first. */
  readonly earlier: readonly string[]
  /** One entry per round of calls since the prompt. */
  readonly rounds: readonly (readonly ToolOutcome[])[]
}

export function readConversation(messages: readonly Message[]): Conversation {
  const start = messages.findLastIndex((message) => message.role === 'user')
  const user = messages[start]
  const earlier = messages.slice(0, Math.max(0, start)).flatMap((message) => (message.role === 'user' ? [message.text] : []))
  return { prompt: user?.role === 'user' ? user.text : '', earlier, rounds: roundsAfter(messages, start) }
}

/** The rounds of calls after a message, with what the tools answered. */
export function roundsAfter(messages: readonly Message[], start: number): readonly (readonly ToolOutcome[])[] {
  const answers = new Map<string, string>()
  for (const message of messages.slice(start + 1)) if (message.role === 'tool') answers.set(message.toolCallId, message.text)
  const rounds: ToolOutcome[][] = []
  for (const message of messages.slice(start + 1)) {
    if (message.role !== 'assistant' || message.toolCalls.length === 0) continue
    rounds.push(message.toolCalls.map((call) => toOutcome(call.name, call.arguments, answers.get(call.id) ?? '')))
  }
  return rounds
}

function toOutcome(tool: string, input: string, text: string): ToolOutcome {
  const parsed = parseLoosely(input)
  return { tool, input: isRecord(parsed) ? parsed : {}, value: parseLoosely(text), text }
}

/** Tools answer in JSON or in plain words; both are welcome. */
export function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
