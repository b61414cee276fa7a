/** Enters: how a run stands. Leaves: a sentence that says what happened, and what the reader can do about it. */
import type { CancelReceipt, RunFailure, RunState } from '@agentstream/client'
import { waitingApproval } from './approval.ts'

export type Tone = 'active' | 'good' | 'quiet' | 'warning' | 'bad'

export interface Outcome {
  readonly tone: Tone
  readonly title: string
  readonly detail: string
  /** Whether to offer the same question again. */
  readonly offer: 'again' | 'nothing'
}

export type Receipt = CancelReceipt['outcome'] | 'asking'

export function outcomeOf(state: RunState, receipt?: Receipt): Outcome {
  switch (state.status) {
    case 'idle':
    case 'connecting':
      return { tone: 'active', title: 'Connecting', detail: connecting(state), offer: 'nothing' }
    case 'streaming':
    case 'waiting':
      return streaming(state)
    case 'completed':
      return completed(state)
    case 'cancelled':
      return { tone: 'quiet', title: 'Cancelled', detail: `${stopped(receipt)} What had arrived stays.`, offer: 'again' }
    case 'truncated':
      return {
        tone: 'warning',
        title: 'Truncated',
        detail: `${truncated(state)} What stands above is all that arrived, and it may be incomplete.`,
        offer: 'again',
      }
    case 'failed':
      return failed(state)
  }
}

function truncated({ integrity }: RunState): string {
  // The server's digest comes with its own word on the end, so then the connection was not to blame.
  return integrity === 'verified'
    ? 'The agent stopped without saying that it had finished.'
    : 'The connection ended before the agent said that it had finished.'
}

function connecting({ connection }: RunState): string {
  return connection.attempt > 1 ? `Attempt ${connection.attempt} to reach the server.` : 'Waiting for the server to answer.'
}

function streaming(state: RunState): Outcome {
  const base = { tone: 'active', offer: 'nothing' } as const
  if (state.connection.phase === 'retrying' || state.connection.phase === 'connecting') {
    return { ...base, title: 'Reconnecting', detail: `The connection broke. Attempt ${state.connection.attempt} to go on where it stopped.` }
  }
  const known = waitingOrWorking(state)
  return known ? { ...base, ...known } : inTheLoop(state.main.parts)
}

type Activity = Pick<Outcome, 'title' | 'detail'>

/** What a run does beside its main loop. */
function waitingOrWorking(state: RunState): Activity | undefined {
  const asked = waitingApproval(state)
  if (asked) return { title: 'Waiting for you', detail: `The agent asks whether it may use ${asked.toolName}.` }
  const steps = state.steps.filter(({ status }) => status === 'running')
  if (steps.length > 0) return { title: 'Working', detail: stepsAtWork(steps.map(({ name }) => name)) }
  const panel = state.dawpRuns.findLast((run) => run.open)
  const step = panel?.activeStep === undefined ? undefined : panel.steps[panel.activeStep]
  if (panel) return { title: 'Working', detail: step ? `The workflow is at its step ${step.stepId}.` : 'A workflow is running.' }
  return undefined
}

function inTheLoop(parts: RunState['main']['parts']): Outcome {
  const base = { tone: 'active', offer: 'nothing' } as const
  const tools = parts.filter((part) => part.kind === 'tool' && part.status === 'running')
  if (tools.length > 1) return { ...base, title: 'Using tools', detail: `${tools.length} of them are running.` }
  const [tool] = tools
  if (tool?.kind === 'tool') return { ...base, title: 'Using a tool', detail: `${tool.toolName} is running.` }
  const last = parts.at(-1)
  if (last?.kind === 'tool' && last.status === 'assembling')
    return { ...base, title: 'Calling a tool', detail: `The model writes the arguments for ${last.toolName}.` }
  if (last?.kind === 'thinking' && last.open) return { ...base, title: 'Thinking', detail: 'The model is thinking.' }
  return { ...base, title: 'Streaming', detail: 'The answer is arriving.' }
}

function stepsAtWork(names: readonly string[]): string {
  const [first, ...others] = names
  return others.length === 0 ? `The workflow is at its step ${first}.` : `${names.length} branches run at once: ${names.join(', ')}.`
}

function completed(state: RunState): Outcome {
  if (state.integrity === 'broken') {
    return {
      tone: 'warning',
      title: 'Completed, but not whole',
      detail: 'The agent finished, but events are missing or were changed on the way.',
      offer: 'again',
    }
  }
  if (state.verdict?.success === false) {
    const reason = state.verdict.reason ? ` It gave the reason “${clip(state.verdict.reason)}”.` : ''
    return {
      tone: 'warning',
      title: 'Finished without success',
      detail: `The agent ended properly, but says that it did not reach its goal.${reason}`,
      offer: 'again',
    }
  }
  return { tone: 'good', title: 'Completed', detail: integrity(state), offer: 'nothing' }
}

function integrity(state: RunState): string {
  return state.integrity === 'verified'
    ? 'Every event arrived, checked against the server’s digest.'
    : 'This server sends no digest to check the events against.'
}

function stopped(receipt: Receipt | undefined): string {
  switch (receipt) {
    case 'cancelled':
      return 'You stopped this run, and the server confirmed that the model and the tools stopped with it.'
    case 'asking':
      return 'You stopped this run. The server has not confirmed it yet.'
    case 'already_finished':
      return 'You asked to stop, but the run had just ended on the server.'
    case 'unreachable':
    case 'not_supported':
    case 'unknown_run':
      return 'The stream was closed here. Whether the server stopped too is not known.'
    default:
      return 'This run was stopped.'
  }
}

function failed(state: RunState): Outcome {
  const { failure, verdict } = state
  const base = { tone: 'bad', offer: 'again' } as const
  if (!failure)
    return {
      ...base,
      title: 'Did not succeed',
      detail: verdict?.reason ? `The agent gave up: ${clip(verdict.reason)}.` : 'The agent ended and reported no success.',
    }
  if (failure.message === 'max_iterations_reached')
    return { ...base, title: 'Out of rounds', detail: 'The agent used up its rounds before it had an answer. What it found out so far stays above.' }
  if (failure.status !== undefined) return { ...base, title: `The server answered ${failure.status}`, detail: refused(failure) }
  if (failure.phase === 'agent') return { ...base, title: 'The agent failed', detail: `It reported: “${clip(failure.message)}”. ${advice(failure)}` }
  if (failure.phase === 'connect')
    return {
      ...base,
      title: 'The server cannot be reached',
      detail: `Nothing was started. Check that it is running, then try again. (${clip(failure.message)})`,
    }
  return { ...base, title: 'The stream makes no sense', detail: `Reading stopped, because what arrived cannot be trusted: ${clip(failure.message)}` }
}

function refused(failure: RunFailure): string {
  const { status = 0 } = failure
  if (status === 401 || status === 403) return 'You are not allowed to use this agent. Signing in again may help; trying again will not.'
  if (status === 404) return 'The server has no agent of that name, or no longer has this run.'
  // The server finishes one answer of a conversation before it begins the next.
  if (status === 409) return `It is still busy with the message before this one. Try again ${inSeconds(failure.retryAfterMs)}.`
  if (status === 429) return `It has too much to do. Try again ${inSeconds(failure.retryAfterMs)}.`
  if (status >= 500) return 'It failed before the agent began, so nothing is lost. Try again in a moment.'
  return 'It did not accept the request, so trying the same again will not help.'
}

function advice({ retryable, retryAfterMs }: RunFailure): string {
  if (retryAfterMs !== undefined) return `Try again ${inSeconds(retryAfterMs)}.`
  return retryable ? 'Trying again may help.' : 'What had arrived before stays above.'
}

function inSeconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? 'in a moment' : `in ${Math.max(1, Math.ceil(milliseconds / 1000))} s`
}

/** Messages come from servers: they are shown as text, and never more than a few lines of it. */
function clip(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}
