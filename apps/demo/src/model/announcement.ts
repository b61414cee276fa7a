/**
 * What a screen reader is told about a run. It changes with the status and the tool at work, never with a token; when the run
 * is over it says how it ended and how the answer begins.
 */
import type { RunState } from '@agentstream/client'
import { waitingApproval } from './approval.ts'
import { outcomeOf } from './outcome.ts'

const spokenAnswer = 240

export function announcementOf(state: RunState): string {
  if (state.status === 'idle') return ''
  if (state.timing.endedAt === undefined) return progressOf(state)
  const { title, detail } = outcomeOf(state)
  if (state.status !== 'completed') return `${title}. ${detail}`
  const answer = answerOf(state)
  return answer === '' ? `${title}.` : `${title}. The answer begins: ${answer}`
}

function progressOf(state: RunState): string {
  if (state.status === 'connecting') return 'Connecting'
  const asked = waitingApproval(state)
  if (asked) return `The agent asks whether it may use ${asked.toolName}. Approve or deny it in the conversation`
  const steps = state.steps.filter(({ status }) => status === 'running')
  if (steps.length > 0) return `Working on ${steps.map(({ name }) => name).join(' and ')}`
  const tool = state.main.parts.findLast((part) => part.kind === 'tool' && part.status === 'running')
  if (tool?.kind === 'tool') return `Using the tool ${tool.toolName}`
  const step = state.dawpRuns.findLast((run) => run.open)?.steps.findLast((candidate) => candidate.status === 'running')
  return step ? `Working on the step ${step.stepId}` : 'The agent is answering'
}

function answerOf(state: RunState): string {
  const last = state.main.parts.findLast((part) => part.kind === 'text')
  const text = last?.kind === 'text' ? last.text : typeof state.output === 'string' ? state.output : ''
  const words = text
    .slice(0, 4 * spokenAnswer)
    .replace(/^(?:```|~~~).*$|^[#>|\s-]+/gm, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)?/g, '$1')
    .replace(/[`_|]|\*\*/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return words.length > spokenAnswer ? `${words.slice(0, spokenAnswer)}…` : words
}
