import type { AgentEvent, AgentInfo, JsonObject, ModelParameters } from '@agentstream/client/wire'
import type { Message } from '../model/messages.ts'
import type { TraceContext } from '../model/provider.ts'
import type { Approvals } from '../tools/approval.ts'
import type { Scopes } from '../tools/scopes.ts'

/** What an agent is asked to do. Parsed at the border; agents may trust it. */
export interface Task {
  readonly description: string
  readonly context?: JsonObject
  /** URLs or data URLs. */
  readonly images?: readonly string[]
  readonly sessionId?: string
  readonly senderId?: string
}

/** What an agent is given beside its task. A server makes one per run. */
export interface RunContext {
  readonly runId: string
  /** Aborted when the run is cancelled; everything that waits must take it. */
  readonly signal: AbortSignal
  /** Of this run only; they win over the agent's own. */
  readonly parameters?: ModelParameters
  /** Where tools that need approval ask for it. Without it they are refused. */
  readonly approvals?: Approvals
  /** Where the run's tool calls and DAWP runs say that they can be stopped alone. */
  readonly scopes?: Scopes
  /** The conversation the run is part of. */
  readonly session?: Conversation
  /** The trace that the run is part of, told to its models. */
  readonly trace?: TraceContext
  /**
   * Told the whole of an error of which the run's `error` event says what clients may see: why a model could not be reached, for
   * example. For whoever keeps the server; it may quote anything.
   */
  readonly onError?: (error: unknown) => void
  /** What a run said that lost its process and goes on here. Only agents that are `isResumable` are given it. */
  readonly past?: readonly AgentEvent[]
}

/** What a run knows of the runs before it, and leaves for those after it. */
export interface Conversation {
  /** What was said before, oldest first, without instructions. */
  readonly history: readonly Message[]
  /** States what the next run is to know of this one, should it complete. The last call counts. */
  remember(turn: readonly Message[]): void
}

/**
 * Something that runs tasks. An agent holds no state between runs: two runs of one object never disturb each other.
 * What goes wrong in the run is an `error` event; `run` throws only when it is aborted or broken.
 */
export interface Agent {
  readonly name: string
  readonly info: AgentInfo
  /**
   * Whether it can go on with a run whose process died, given what the run has said (`RunContext.past`). What it yields then
   * follows the past: a tool call that finished must not be carried out again.
   */
  readonly isResumable?: boolean
  run(task: Task, context: RunContext): AsyncIterable<AgentEvent>
}
