import type { AgentInfo, ModelParameters } from '@agentstream/client/wire'
import type { LoopOutcome } from '../loop/loop.ts'
import { type FinishReason, mergeParameters, type StreamingProvider } from '../model/provider.ts'
import type { Toolbox } from '../tools/toolbox.ts'
import type { RunContext } from './agent.ts'

/** What every agent is made from. */
export interface AgentOptions {
  readonly name: string
  /** Shown to people and to other agents. */
  readonly description?: string
  /** Told to the model before every task. Never shown. */
  readonly instructions?: string
  readonly provider: StreamingProvider
  /** For every run; those of a run win. */
  readonly parameters?: ModelParameters
  /** The clock of the events, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

export function agentInfo({ name, description, provider, parameters }: AgentOptions, toolbox: Toolbox): AgentInfo {
  const { timeoutMs, maxRetries } = provider.info
  const { temperature, maxTokens } = mergeParameters(provider.info.parameters, parameters)
  return {
    name,
    ...(description === undefined ? {} : { description }),
    provider: provider.info.provider,
    model: provider.info.model,
    tools: toolbox.tools.map((tool) => ({ name: tool.name, description: tool.description })),
    supportsStreaming: provider.info.supportsStreaming,
    ...stated({ timeoutMs, maxRetries, temperature, maxTokens }),
  }
}

/** Why the model stopped, as a result tells it. */
export function stopMembers({ finishReason, stopText }: LoopOutcome): { readonly stop_reason: FinishReason; readonly stop_text?: string } {
  return { stop_reason: finishReason, ...(stopText === undefined ? {} : { stop_text: stopText }) }
}

const stated = (figures: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(figures).flatMap(([name, figure]) => (figure === undefined ? [] : [[name, figure]])))

export function runParameters(options: AgentOptions, context: RunContext): ModelParameters {
  return mergeParameters(options.parameters, context.parameters)
}
