import type { AgentEvent, JsonValue, ModelParameters } from '@agentstream/client/wire'
import { linkedAbort } from '../abort.ts'
import { singly } from '../batches.ts'
import type { AssistantMessage, Message, ToolCall } from '../model/messages.ts'
import type { FinishReason, ModelRequest, StreamingProvider } from '../model/provider.ts'
import type { Approvals } from '../tools/approval.ts'
import type { ToolOutcome } from '../tools/call-tool.ts'
import type { Scopes } from '../tools/scopes.ts'
import type { Tool } from '../tools/tool.ts'
import { modelTools, type Toolbox } from '../tools/toolbox.ts'
import type { Budget } from './budget.ts'
import type { Emit } from './emit.ts'
import { fitHistory } from './fit-history.ts'
import type { PastRun } from './past-run.ts'
import { runTools, type ToolRound } from './run-tools.ts'
import { createStepLog, type ReasoningStep, type StepLog } from './step-log.ts'
import type { ClaimCallId } from './tool-call-assembly.ts'
import { createToolSwitch, type ToolSwitch } from './tool-switch.ts'
import { runTurn, type Turn } from './turn.ts'

/**
 * One agent thinking: turns and tools until it is done. Messages go in, events come out, and in the end how it went. It
 * knows the interfaces of models and tools, and no vendor, no agent and no HTTP.
 */

/** What tells one kind of agent from another. */
export interface LoopPolicy {
  /** Announces turns with `iteration_start`, and tells thoughts, actions and observations. */
  readonly narrate: boolean
  /** Whether the model is asked again with what its tools answered. */
  readonly afterTools: 'ask_again' | 'stop'
  readonly parallelTools: boolean
  /** A tool that fails this often in a row is not offered again. */
  readonly toolFailureLimit: number
  /** Whether a result is the answer of the loop. The calls of a turn are made one after the other then, and none after that one. */
  readonly isEnough?: ((outcome: ToolOutcome) => boolean) | undefined
  /** How long the conversation may be that the model is told; see `fitHistory`. */
  readonly maxHistoryCharacters?: number | undefined
}

export interface LoopOptions {
  readonly provider: StreamingProvider
  /** Grows in place by what is said and answered. */
  readonly messages: Message[]
  readonly toolbox: Toolbox
  readonly parameters?: ModelParameters | undefined
  readonly policy: LoopPolicy
  readonly budget: Budget
  readonly runId: string
  readonly signal: AbortSignal
  readonly approvals?: Approvals | undefined
  readonly scopes?: Scopes | undefined
  readonly emit: Emit
  readonly claimId: ClaimCallId
  /** Turns this loop may take. Default: all the budget has. */
  readonly maxTurns?: number
  /** Of the whole run, when it is made of several loops. */
  readonly toolSwitch?: ToolSwitch
  readonly extension?: LoopExtension | undefined
  /** What the run did in a process that it lost. Its turns are told by the provider; see `withPast`. */
  readonly past?: PastRun | undefined
}

/** Takes part in a loop between its turns. What it remembers belongs to one run. */
export interface LoopExtension {
  /** Told to the model after the agent's own instructions. */
  readonly instructions?: readonly string[]
  readonly tools?: readonly Tool[]
  /** Tools the model is not told about. Should it call one all the same, it is run. */
  readonly hiddenTools?: ReadonlySet<string>
  /** The result of a call that is answered without being run. */
  answerCall?(call: ToolCall, calls: readonly ToolCall[]): JsonValue | undefined
  beforeLoop?(loop: LoopOptions): AsyncGenerator<AgentEvent, Verdict, undefined>
  /** After every turn and its tools. */
  afterRound?(round: Round, loop: LoopOptions): AsyncGenerator<AgentEvent, Verdict, undefined>
}

/** What becomes of the loop: it goes on or ends as it would, the model is asked again, or everything stops. */
export type Verdict = 'as_it_is' | 'ask_again' | LoopStop
export interface LoopStop {
  readonly reason: string
  /** For people. */
  readonly text: string
}

/** A turn of the model, and what its tools answered. */
export interface Round extends ToolRound {
  readonly turn: Turn
}

export interface LoopOutcome {
  readonly end: 'answered' | 'tools_done' | 'out_of_budget' | 'stopped'
  /** Why it was stopped. */
  readonly stop?: LoopStop
  /** What the model said in its last turn, trimmed, or the result that was the answer. */
  readonly text: string
  readonly finishReason: FinishReason
  /** The stop text that ended the last turn, where the provider says so. */
  readonly stopText?: string
  readonly iterations: number
  /** Text pieces of all turns. */
  readonly tokens: number
  readonly outcomes: readonly ToolOutcome[]
  readonly steps: readonly ReasoningStep[]
}

/**
 * Yields events in batches of what came without a wait. Throws ProviderError when the model fails, and the signal's reason when it aborts; whoever leaves early has the request
 * and the tools aborted too.
 */
export async function* runLoop(options: LoopOptions): AsyncGenerator<readonly AgentEvent[], LoopOutcome, undefined> {
  const work = linkedAbort(options.signal)
  const toolSwitch = options.toolSwitch ?? createToolSwitch(options.policy.toolFailureLimit)
  try {
    return yield* runRounds({ ...options, toolSwitch, signal: work.signal })
  } finally {
    work.abort()
    work.release()
  }
}

type OpenLoop = LoopOptions & { readonly toolSwitch: ToolSwitch }

async function* runRounds(loop: OpenLoop): AsyncGenerator<readonly AgentEvent[], LoopOutcome, undefined> {
  const { policy, budget, extension, maxTurns = Number.POSITIVE_INFINITY } = loop
  const log = createStepLog()
  const outcomes: ToolOutcome[] = []
  let iteration = 0
  let tokens = 0
  let last: Round = { turn: { text: '', toolCalls: [], finishReason: 'other', tokens: 0 }, outcomes }
  const outcome = (end: LoopOutcome['end'], stop?: LoopStop): LoopOutcome => {
    const { turn, enough } = last
    const text = enough?.text ?? turn.text.trim()
    const optional = { ...(turn.stopText === undefined ? {} : { stopText: turn.stopText }), ...(stop ? { stop } : {}) }
    return { end, text, finishReason: turn.finishReason, iterations: iteration, tokens, outcomes, steps: log.steps, ...optional }
  }
  const opening = extension?.beforeLoop ? yield* singly(extension.beforeLoop(loop)) : 'as_it_is'
  if (typeof opening === 'object') return outcome('stopped', opening)
  while (budget.remaining > 0 && iteration < maxTurns) {
    iteration++
    last = yield* runRound(loop, { iteration, log })
    tokens += last.turn.tokens
    outcomes.push(...last.outcomes)
    const verdict = extension?.afterRound ? yield* singly(extension.afterRound(last, loop)) : 'as_it_is'
    if (typeof verdict === 'object') return outcome('stopped', verdict)
    const isAnswer = last.turn.toolCalls.length === 0 || last.enough !== undefined
    if (isAnswer && verdict === 'as_it_is') return outcome('answered')
    if (!isAnswer && policy.afterTools === 'stop') return outcome('tools_done')
  }
  return outcome('out_of_budget')
}

async function* runRound(loop: OpenLoop, { iteration, log }: { iteration: number; log: StepLog }): AsyncGenerator<readonly AgentEvent[], Round, undefined> {
  const { policy, budget, emit, extension, messages } = loop
  loop.signal.throwIfAborted()
  if (policy.narrate) yield [emit({ type: 'iteration_start', iteration, max_iterations: loop.maxTurns ?? budget.limit, remaining: budget.remaining })]
  const toolbox = loop.toolbox.without(loop.toolSwitch.switchedOff).without(extension?.hiddenTools ?? noNames)
  const { provider, signal, claimId, parameters } = loop
  const turn = yield* runTurn({ provider, request: requestOf(messages, { toolbox, parameters, policy }), signal, emit, claimId, iteration })
  const thought = turn.text.trim()
  log.thought(thought, iteration)
  if (turn.toolCalls.length === 0) {
    budget.spend()
    return { turn, outcomes: [] }
  }
  // A final answer is no thought: it is the output, and would be shown twice.
  if (policy.narrate && thought !== '') yield [emit({ type: 'thought', content: thought, iteration })]
  const narrate = policy.narrate ? iteration : undefined
  const { parallelTools: parallel, isEnough } = policy
  const made = yield* singly(runTools(turn.toolCalls, { ...loop, parallel, isEnough, narrate, answerCall: extension?.answerCall }))
  // Charged when it is over, as upstream: its tools still see the turn they belong to.
  budget.spend()
  for (const answer of made.outcomes) log.outcome(answer, iteration)
  // A call that was not made has no answer, and no model takes a conversation back in which one is missing.
  const toolCalls = made.outcomes.map(({ call }) => call)
  messages.push(assistantMessage({ ...turn, toolCalls }), ...made.outcomes.map(toolMessage))
  return { turn, ...made }
}

const noNames: ReadonlySet<string> = new Set()

function requestOf(messages: readonly Message[], options: Pick<LoopOptions, 'toolbox' | 'parameters' | 'policy'>): ModelRequest {
  const tools = modelTools(options.toolbox)
  const { parameters } = options
  const told = fitHistory(messages, options.policy.maxHistoryCharacters ?? Number.POSITIVE_INFINITY)
  // A copy: what a provider keeps of a request does not change under it.
  return { messages: [...told], ...(tools.length > 0 ? { tools } : {}), ...(parameters ? { parameters } : {}) }
}

/** What the model said, as it is told again. */
export function assistantMessage({ text, toolCalls, providerData }: Turn): AssistantMessage {
  return { role: 'assistant', text, toolCalls, ...(providerData ? { providerData } : {}) }
}

function toolMessage({ call, text }: ToolOutcome): Message {
  return { role: 'tool', toolCallId: call.id, toolName: call.name, text }
}
