import type { AgentEvent } from '@agentstream/client/wire'
import { linkedAbort } from '../abort.ts'
import type { Message } from '../model/messages.ts'
import type { FinishReason, ModelParameters, ModelRequest, StreamingProvider } from '../model/provider.ts'
import type { Approvals } from '../tools/approval.ts'
import type { ToolOutcome } from '../tools/call-tool.ts'
import { modelTools, type Toolbox } from '../tools/toolbox.ts'
import type { Budget } from './budget.ts'
import type { Emit } from './emit.ts'
import { runTools } from './run-tools.ts'
import { createStepLog, type ReasoningStep } from './step-log.ts'
import type { ClaimCallId } from './tool-call-assembly.ts'
import { createToolSwitch } from './tool-switch.ts'
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
}

export interface LoopOptions {
  readonly provider: StreamingProvider
  readonly messages: readonly Message[]
  readonly toolbox: Toolbox
  readonly parameters?: ModelParameters | undefined
  readonly policy: LoopPolicy
  readonly budget: Budget
  readonly runId: string
  readonly signal: AbortSignal
  readonly approvals?: Approvals | undefined
  readonly emit: Emit
  readonly claimId: ClaimCallId
}

export interface LoopOutcome {
  readonly end: 'answered' | 'tools_done' | 'out_of_budget'
  /** What the model said in its last turn, trimmed. */
  readonly text: string
  readonly finishReason: FinishReason
  readonly iterations: number
  /** Text pieces of all turns. */
  readonly tokens: number
  readonly outcomes: readonly ToolOutcome[]
  readonly steps: readonly ReasoningStep[]
}

/**
 * Throws ProviderError when the model fails, and the signal's reason when it aborts; whoever leaves early has the request
 * and the tools aborted too.
 */
export async function* runLoop(options: LoopOptions): AsyncGenerator<AgentEvent, LoopOutcome, undefined> {
  const { policy, budget, emit } = options
  const work = linkedAbort(options.signal)
  const messages = [...options.messages]
  const toolSwitch = createToolSwitch(policy.toolFailureLimit)
  const log = createStepLog()
  const outcomes: ToolOutcome[] = []
  let iteration = 0
  let tokens = 0
  let last: Turn = { text: '', toolCalls: [], finishReason: 'other', tokens: 0 }
  const outcome = (end: LoopOutcome['end']): LoopOutcome => {
    const { text, finishReason } = last
    return { end, text: text.trim(), finishReason, iterations: iteration, tokens, outcomes, steps: log.steps }
  }
  try {
    while (budget.remaining > 0) {
      iteration++
      work.signal.throwIfAborted()
      if (policy.narrate) yield emit({ type: 'iteration_start', iteration, max_iterations: budget.limit, remaining: budget.remaining })
      const toolbox = options.toolbox.without(toolSwitch.switchedOff)
      const request = requestOf(messages, { toolbox, parameters: options.parameters })
      last = yield* runTurn({ ...options, request, signal: work.signal, iteration })
      budget.spend()
      tokens += last.tokens
      const thought = last.text.trim()
      log.thought(thought, iteration)
      if (last.toolCalls.length === 0) return outcome('answered')

      // A final answer is no thought: it is the output, and would be shown twice.
      if (policy.narrate && thought !== '') yield emit({ type: 'thought', content: thought, iteration })
      const narrate = policy.narrate ? iteration : undefined
      const round = { ...options, toolSwitch, signal: work.signal, parallel: policy.parallelTools, narrate }
      const answers = yield* runTools(last.toolCalls, round)
      outcomes.push(...answers)
      for (const answer of answers) log.outcome(answer, iteration)
      if (policy.afterTools === 'stop') return outcome('tools_done')
      messages.push({ role: 'assistant', text: last.text, toolCalls: last.toolCalls }, ...answers.map(toolMessage))
    }
    return outcome('out_of_budget')
  } finally {
    work.abort()
    work.release()
  }
}

function requestOf(messages: readonly Message[], options: { toolbox: Toolbox; parameters: ModelParameters | undefined }): ModelRequest {
  const tools = modelTools(options.toolbox)
  const { parameters } = options
  // A copy: what a provider keeps of a request does not change under it.
  return { messages: [...messages], ...(tools.length > 0 ? { tools } : {}), ...(parameters ? { parameters } : {}) }
}

function toolMessage({ call, text }: ToolOutcome): Message {
  return { role: 'tool', toolCallId: call.id, toolName: call.name, text }
}
