/** Enters: the messages of a run with DAWP. Leaves: where in it the model is asked to speak, as far as its prompts tell. */
import type { Message, ModelRequest } from '@agentstream/edge'
import { roundsAfter, type ToolOutcome } from '../local-model/conversation.ts'

export interface Situation {
  /** What the person asked. */
  readonly question: string
  /** The step the model is led through, or undefined in the main loop. */
  readonly step: Step | undefined
  /** Whether a workflow has ended since the question. */
  readonly hasEnded: boolean
  /** A token the instructions ask for once a draft stands. */
  readonly trigger: string | undefined
  /** What tools answered since the question, and since the last prompt. */
  readonly all: readonly ToolOutcome[]
  readonly latest: readonly ToolOutcome[]
}

export interface Step {
  /** The tool its prompt names, where the agent has it. */
  readonly tool: string | undefined
  /** The line that says it is done: the last one of every prompt. */
  readonly marker: string
}

const fromWorkflow = (text: string) => text.startsWith('[DAWP ')

export function readSituation({ messages, tools = [] }: ModelRequest): Situation {
  const asked = messages.findLastIndex(isQuestion)
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const told = messages[last]?.text ?? ''
  const since = messages.slice(asked + 1)
  const named = /`(\w+)`/.exec(told)?.[1]
  const step = told.startsWith('[DAWP prompt ')
    ? { tool: tools.some(({ name }) => name === named) ? named : undefined, marker: told.slice(told.lastIndexOf('\n') + 1) }
    : undefined
  return {
    question: messages[asked]?.text ?? '',
    step,
    hasEnded: since.some(({ role, text }) => role === 'user' && fromWorkflow(text) && !text.startsWith('[DAWP prompt ')),
    trigger: instructed(messages),
    all: roundsAfter(messages, asked).flat(),
    latest: roundsAfter(messages, last).flat(),
  }
}

function isQuestion({ role, text }: Message): boolean {
  return role === 'user' && !fromWorkflow(text)
}

function instructed(messages: readonly Message[]): string | undefined {
  for (const { role, text } of messages) {
    const token = role === 'system' ? /<[A-Z0-9_]+>/.exec(text)?.[0] : undefined
    if (token !== undefined) return token
  }
  return undefined
}
