import type { AgentEvent, JsonObject } from '@agentstream/client/wire'
import type { LoopExtension, LoopOptions, Verdict } from './loop.ts'

/** Something that takes part in the runs of a hybrid agent. It holds what was configured, and nothing of any run. */
export interface HybridPlugin {
  readonly name: string
  /** Called once per run. */
  join(run: PluginRun): LoopExtension
}

export interface PluginRun {
  /** The clock of the events. */
  readonly now: () => number
  /** The task's. */
  readonly context: JsonObject
}

/** Several extensions as one. They act in their order; the first that stops the loop ends it. */
export function joinPlugins(plugins: readonly HybridPlugin[], run: PluginRun): LoopExtension {
  const extensions = plugins.map((plugin) => plugin.join(run))
  return {
    instructions: extensions.flatMap(({ instructions = [] }) => instructions),
    tools: extensions.flatMap(({ tools = [] }) => tools),
    hiddenTools: new Set(extensions.flatMap(({ hiddenTools = [] }) => [...hiddenTools])),
    answerCall(call, calls) {
      for (const extension of extensions) {
        const result = extension.answerCall?.(call, calls)
        if (result !== undefined) return result
      }
      return undefined
    },
    beforeLoop: (loop) => inTurn(extensions, (extension) => extension.beforeLoop?.(loop)),
    afterRound: (round, loop: LoopOptions) => inTurn(extensions, (extension) => extension.afterRound?.(round, loop)),
  }
}

async function* inTurn(
  extensions: readonly LoopExtension[],
  act: (extension: LoopExtension) => AsyncGenerator<AgentEvent, Verdict, undefined> | undefined,
): AsyncGenerator<AgentEvent, Verdict, undefined> {
  let joint: Verdict = 'as_it_is'
  for (const extension of extensions) {
    const acting = act(extension)
    const verdict = acting ? yield* acting : 'as_it_is'
    if (typeof verdict === 'object') return verdict
    if (verdict === 'ask_again') joint = verdict
  }
  return joint
}
