/** What a run looks like: plain immutable data, the same for every protocol. Nothing here knows streams or clocks. */
import type { RunOutcome } from '../wire/events/ending.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'

/** The outcomes are final; a run ends as exactly one of them. */
export type RunStatus = 'idle' | 'connecting' | 'streaming' | 'waiting' | RunOutcome

/** `retrying` waits for the next attempt, `closed` is final. */
export type ConnectionPhase = 'idle' | 'connecting' | 'open' | 'retrying' | 'closed'

/** All there is to show of a run. Immutable: what did not change between two snapshots is the same object. */
export interface RunState {
  readonly id: string
  readonly status: RunStatus
  /**
   * `losses`: how often an attempt failed or a stream broke, and another attempt was made. `isBuffered`: something between the
   * server and here, a proxy perhaps, holds events back, so that they do not show as they happen.
   */
  readonly connection: {
    readonly phase: ConnectionPhase
    readonly attempt: number
    readonly losses: number
    readonly cursor?: string
    readonly isBuffered?: true
  }
  /** `verified`: our server's digest agreed with ours at the end. `unverified`: it sent none. `broken`: events are missing or changed. */
  readonly integrity: 'verified' | 'unverified' | 'broken'
  readonly main: LoopState
  /** In order of opening; they stay after closing. */
  readonly dawpRuns: readonly DawpRunState[]
  /** Steps of a workflow agent. */
  readonly steps: readonly StepState[]
  /** Waiting ones first. */
  readonly approvals: readonly ApprovalState[]
  /** The `output` of the run's result, whatever its type. Not the sum of the tokens. */
  readonly output: unknown
  /** What the agent said of its own success, once it has. */
  readonly verdict: RunVerdict | undefined
  readonly failure: RunFailure | undefined
  readonly usage: TokenUsage | undefined
  /** Milliseconds, on the clock of whoever folded the events. */
  readonly timing: { readonly startedAt?: number; readonly firstTokenAt?: number; readonly endedAt?: number }
  /**
   * What arrived, and not what there is to see: selectors answer that. `restarts`: how often the agent began again, silently, in another
   * attempt of a recovery, or taken up by another server; what it had shown before is gone from `main`, and counted all the same.
   */
  readonly counts: { readonly tokens: number; readonly toolCalls: number; readonly events: number; readonly restarts: number }
  /** Plugin, hook and recovery events, the last 200. */
  readonly diagnostics: readonly AgentEvent[]
  /** The last value of each custom event, by its name. */
  readonly custom: Readonly<Record<string, unknown>>
}

/** The rounds of one loop, the agent’s own or that of a DAWP step, and what they show. */
export interface LoopState {
  /** 0 before the first one. */
  readonly iteration: number
  readonly maxIterations?: number
  readonly remaining?: number
  readonly parts: readonly Part[]
}

/**
 * What is displayed, in order of opening. `iteration` says which round of the loop it belongs to, `stepName` which step of a workflow
 * agent: branches that run in parallel each have their own texts, which grow side by side.
 */
export type Part = TextPart | ThinkingPart | ToolPart | NotePart | SourcePart | FilePart

/** What an agent says: one part until something else comes between. */
export interface TextPart {
  readonly kind: 'text'
  readonly iteration: number
  readonly stepName?: string
  readonly text: string
  /** True until something else follows or the run ends. */
  readonly open: boolean
  /** Where the protocol names its messages: another message is another part. */
  readonly messageId?: string
}

/** What a model says it thinks. It is no part of the answer. */
export interface ThinkingPart {
  readonly kind: 'thinking'
  readonly iteration: number
  readonly stepName?: string
  readonly text: string
  readonly open: boolean
  readonly messageId?: string
}

/** A thought or an observation that the agent stated as such. */
export interface NotePart {
  readonly kind: 'thought' | 'observation'
  readonly iteration: number
  readonly stepName?: string
  readonly text: string
}

/** Where something is from. The `url` is the agent’s word: check it before it becomes a link. */
export interface SourcePart {
  readonly kind: 'source'
  readonly iteration: number
  readonly stepName?: string
  readonly sourceId: string
  readonly url?: string
  readonly title?: string
}

/** A file that was made or cited: `data` in base64, or the `url` it is at. Neither was checked. */
export interface FilePart {
  readonly kind: 'file'
  readonly iteration: number
  readonly stepName?: string
  readonly mediaType: string
  readonly url?: string
  readonly data?: string
  readonly name?: string
}

/** `abandoned`: the run ended before the call did. */
export type ToolStatus = 'assembling' | 'ready' | 'waiting_approval' | 'running' | 'done' | 'failed' | 'denied' | 'abandoned'

/** One tool call, from its first letter to its outcome. */
export interface ToolPart {
  readonly kind: 'tool'
  readonly iteration: number
  readonly stepName?: string
  /** Made here, unique within the run and never changed: a key for rendering. */
  readonly id: string
  /** The call's id as the server has it now, where it sends one. */
  readonly callId?: string
  readonly toolName: string
  readonly operation?: string
  readonly status: ToolStatus
  /** JSON text of the arguments as the model writes it; complete from `ready` on. */
  readonly argumentsText: string
  /** The parsed arguments, from `running` on (from `ready` on where they parse). */
  readonly parameters?: unknown
  readonly result?: unknown
  readonly error?: string
  readonly progress?: ToolProgress
  /** What `respond` takes while the call waits for a person; it stays when that is over. */
  readonly approvalId?: string
  readonly startedAt?: number
  readonly endedAt?: number
}

/** The last that a running tool said of how far it is. */
export interface ToolProgress {
  /** 0 to 1. */
  readonly fraction?: number
  readonly message?: string
  readonly data?: unknown
}

/** One run of a DAWP workflow: a panel. After the end of the run none is open. */
export interface DawpRunState {
  readonly runId: string
  readonly workflowId?: string
  readonly placement?: string
  readonly trigger?: string
  readonly open: boolean
  /** Absent while open, and when the run was cut off. */
  readonly success?: boolean
  /** Index into `steps` of the step that is running. */
  readonly activeStep?: number
  readonly steps: readonly DawpStepState[]
}

/** One step of a DAWP run, with a loop of its own. */
export interface DawpStepState {
  readonly stepId: string
  readonly index: number
  readonly status: 'running' | 'done' | 'failed' | 'abandoned'
  readonly loop: LoopState
}

/** A step of a workflow agent. */
export interface StepState {
  readonly name: string
  readonly index: number
  readonly status: 'running' | 'done' | 'failed' | 'abandoned'
}

/** A question to a person. `id` is what `respond` takes; `toolCallId` is the `callId` of the part that waits for it. */
export interface ApprovalState {
  readonly id: string
  readonly toolName: string
  readonly toolCallId?: string
  readonly parameters: unknown
  /** `abandoned`: the run ended before anybody answered. */
  readonly status: 'waiting' | 'approved' | 'denied' | 'abandoned'
  readonly expiresAt?: string
  readonly reason?: string
}

/** An agent can end in order and say that it did not succeed. */
export interface RunVerdict {
  readonly success: boolean
  /** Why not, in the agent's words: `max_iterations_reached` and the like. */
  readonly reason?: string
}

/** Why a run failed or was cut off, as data. */
export interface RunFailure {
  /** Our error's code, or the one the agent's error event carried; `agent` when it carried none. */
  readonly code: string
  /** Where it happened: before the stream, in it, or in the agent itself. */
  readonly phase: 'connect' | 'stream' | 'agent'
  readonly message: string
  readonly retryable: boolean
  readonly retryAfterMs?: number
  /** The HTTP status, where there was one. */
  readonly status?: number
}

/** Tokens of the whole run so far, as the server counts them. */
export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cachedInputTokens?: number
  readonly reasoningTokens?: number
}

const emptyLoop: LoopState = { iteration: 0, parts: [] }

/** A run of which nothing is known yet. */
export function initialRunState(id: string): RunState {
  return {
    id,
    status: 'idle',
    connection: { phase: 'idle', attempt: 0, losses: 0 },
    integrity: 'unverified',
    main: emptyLoop,
    dawpRuns: [],
    steps: [],
    approvals: [],
    output: undefined,
    verdict: undefined,
    failure: undefined,
    usage: undefined,
    timing: {},
    counts: { tokens: 0, toolCalls: 0, events: 0, restarts: 0 },
    diagnostics: [],
    custom: {},
  }
}
