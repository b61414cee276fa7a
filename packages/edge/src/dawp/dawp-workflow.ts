/** A workflow: prompts a model is led through one by one. Made by `parseDawp`, or written in code. */
export interface DawpWorkflow {
  /** What it is started by and reported as. */
  readonly id: string
  readonly placement: DawpPlacement
  /** Told to the model from the start, after the agent's own instructions. Only for `on_response_trigger`. */
  readonly triggerInstruction?: string
  /**
   * What the main loop sees of a run afterwards: with `append` (the default) its messages, with `inject_only` one message
   * that says how it ended. Runs that the model starts itself always append.
   */
  readonly mergeBack?: 'append' | 'inject_only'
  /** Told to the model above every prompt. */
  readonly action: string
  /** By which line of its own the model says that a step is done. */
  readonly stepMarker: string
  /** By which line it says that the whole run is done. Must differ from `stepMarker`. */
  readonly runMarker: string
  readonly steps: readonly DawpStep[]
  /** As the document states it. Applied to the steps by `parseDawp`. */
  readonly maxIterationsPerPrompt?: number
  /** For people; never shown to the model. */
  readonly triggerHint?: string
  readonly instruction?: string
  readonly appendix?: string
}

/** When a workflow runs by itself. */
export type DawpPlacement =
  /** Once, before the agent's own first turn. */
  | { readonly type: 'pre_main_loop' }
  /** After a turn of the agent that has the trigger on a line of its own; every time, or `once` (the default) per task. */
  | { readonly type: 'on_response_trigger'; readonly trigger: string; readonly once?: boolean }

/** One prompt of a workflow, repeated until it is done. */
export interface DawpStep {
  /** Need not be unique. */
  readonly id: string
  readonly prompt: string
  /** Turns this step may take. Default: as many as the task has left. */
  readonly maxIterations?: number
  /** `marker` (the default), or `no_tool_calls`: done by the first turn without tool calls. */
  readonly completion?: 'marker' | 'no_tool_calls'
}

/** Bounds of documents that nobody has read before, because a model wrote them. */
export interface DawpLimits {
  /** Default 12. */
  readonly maxPrompts?: number
  /** Turns per step. Default 6. */
  readonly maxIterationsPerPrompt?: number
  /** Default 8000. */
  readonly maxActionCharacters?: number
  /** In UTF-8. Default 256 000. */
  readonly maxDocumentBytes?: number
  /** Turns the task must have left for such a run to start. Default 3. */
  readonly requireRemainingBudget?: number
}

export const defaultLimits: Required<DawpLimits> = {
  maxPrompts: 12,
  maxIterationsPerPrompt: 6,
  maxActionCharacters: 8000,
  maxDocumentBytes: 256_000,
  requireRemainingBudget: 3,
}
