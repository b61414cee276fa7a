/**
 * An agent's events into the journal, once, whoever is listening: a task goes in, an ending comes out. Every event is stored
 * before anyone can see it. Knows no viewers, no frames and no HTTP.
 */
import { type AgentEvent, type EndingWatch, isAgentStreamError, isTerminalEvent, type RunOutcome, watchEnding } from '@agentstream/client/wire'
import type { Agent, RunContext, Task } from '../agents/agent.ts'
import { type Batches, gather } from '../batches.ts'
import type { Cancellation } from './cancellation.ts'
import type { Journal } from './journal.ts'
import { cancelledEvent, errorEvent, lostEvent } from './last-words.ts'
import type { Pace } from './pace.ts'

export interface Production {
  readonly agent: Agent
  readonly task: Task
  readonly runId: string
  readonly parameters?: RunContext['parameters']
  readonly approvals?: RunContext['approvals']
  readonly journal: Journal
  /** Under which id the journal keeps the run. */
  readonly key: string
  readonly cancellation: Cancellation
  /** What holds the agent where its only viewer is far behind. */
  readonly pace?: Pace | undefined
  /** Gets what clients must not see. */
  readonly onError: (error: unknown) => void
  readonly timestamp: () => string
}

export interface RunEnding {
  readonly outcome: RunOutcome
  /** What could not be stored, for those who are watching. Absent when the journal has the whole run. */
  readonly lost?: AgentEvent
}

/** Runs an agent to its end and closes the run. Never throws: what goes wrong is an ending too. */
export async function produce(production: Production): Promise<RunEnding> {
  const { journal, key, onError, timestamp } = production
  const watch = watchEnding()
  const last = await perform(production, watch)
  try {
    if (last) await journal.append(key, [last])
  } catch (error) {
    onError(error)
  }
  if (last) watch.see(last)
  const outcome = watch.outcome({ isAgentDone: true })
  try {
    await journal.close(key, outcome)
    return { outcome }
  } catch (error) {
    onError(error)
    return { outcome, lost: lostEvent(timestamp()) }
  }
}

/** Stores the agent's events until it ends. Answers the run's last word when the agent did not have it. */
async function perform(production: Production, watch: EndingWatch): Promise<AgentEvent | undefined> {
  const { agent, task, journal, key, cancellation, onError, timestamp } = production
  const { signal } = cancellation
  let events: Batches<AgentEvent, unknown> | undefined
  let isStoring = false
  try {
    events = gather(agent.run(task, contextOf(production))[Symbol.asyncIterator](), signal)
    for (let step = await events.next(); !step.done; step = await events.next()) {
      const batch = toTheEnd(step.value)
      isStoring = true
      await journal.append(key, batch)
      isStoring = false
      for (const event of batch) watch.see(event)
      if (watch.isOver()) return undefined
      const isHeld = production.pace?.wrote(batch.length)
      if (isHeld) await isHeld
    }
    return cancellation.cause ? cancelledEvent(cancellation.cause, timestamp()) : undefined
  } catch (error) {
    // An agent that throws because it was stopped did as it was told.
    if (cancellation.cause) return cancelledEvent(cancellation.cause, timestamp())
    onError(error)
    cancellation.cancel({ by: 'server', reason: 'The run failed' })
    return isStoring && !isAgentStreamError(error) ? lostEvent(timestamp()) : errorEvent(error, timestamp())
  } finally {
    events?.release()
  }
}

function contextOf({ runId, parameters, approvals, cancellation, onError }: Production): RunContext {
  return {
    runId,
    signal: cancellation.signal,
    scopes: cancellation.scopes,
    onError,
    ...(parameters ? { parameters } : {}),
    ...(approvals ? { approvals } : {}),
  }
}

/** What comes after a terminal event is no part of the run. */
function toTheEnd(batch: readonly AgentEvent[]): readonly AgentEvent[] {
  // An agent in plain JavaScript can yield anything at all; the journal refuses what is no event.
  const end = batch.findIndex((event: AgentEvent | undefined | null) => event?.type !== undefined && isTerminalEvent(event))
  return end === -1 ? batch : batch.slice(0, end + 1)
}
