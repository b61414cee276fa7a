import type { EventOf, JsonObject, JsonValue } from '@agentstream/client/wire'
import type { Tool } from '../../tools/tool.ts'
import type { Agent, Task } from '../agent.ts'

/** What a workflow is made of: steps as their authors write them, and what a handler is given. Types only. */

/**
 * What the steps of one run share. `<step>_params` holds what a step is to work on, `<step>_result` what it gave; the results
 * of the steps a step depends on are typed, any other entry is unknown.
 */
export type WorkflowContext<Results = unknown> = { [key: string]: unknown } & {
  [Name in keyof Results & string as `${Name}_result`]: Results[Name]
}

/** How far a step is. Sent as a `custom` event named `step_progress`. */
export interface StepProgress {
  /** From 0 to 1. */
  readonly progress?: number
  readonly message?: string
  /** Anything JSON can carry. */
  readonly data?: unknown
}

/** Events a handler may send as they are. */
export type StepEvent = EventOf<'token' | 'thinking_token' | 'thought' | 'observation' | 'source' | 'file' | 'usage' | 'custom'>

/** One attempt at a step, as its handler sees it. */
export interface StepRun {
  readonly name: string
  readonly action: string | undefined
  readonly metadata: JsonObject
  /** Counted from 1. */
  readonly attempt: number
  /** `<step>_params` of the context, when that is an object. */
  readonly params: Readonly<Record<string, unknown>>
  /** What the whole run was asked to do. */
  readonly task: Task
  readonly runId: string
  /** Aborted when the run is cancelled, another step failed it, or the attempt is over. Nobody waits for a handler after that. */
  readonly signal: AbortSignal
  /** Sends text, progress or an event at once, tagged with the step. Throws WorkflowError when 10 000 of them are unread. */
  emit(said: string | StepProgress | StepEvent): void
  /** Runs an agent, shows its events as the step's, and answers its output. Throws WorkflowError when it fails. */
  runAgent(agent: string | Agent, task: string | Task): Promise<unknown>
  /** Calls a tool, shows its events as the step's, and answers its result. Throws ToolError when it fails. */
  callTool(tool: string | Tool, input: Readonly<Record<string, unknown>>): Promise<JsonValue>
}

/**
 * Does the work of a step. What it returns is the step's result; what it throws fails the attempt. An async iterable of text
 * is shown piece by piece: the result is then what its generator returns, or else the whole text.
 */
// Written as methods, here and below, so that a function that knows its context's type can stand where any context is expected.
/** Does a step. What it returns, or returns at the end of its pieces of text, is the result; what it throws fails the attempt. */
export type StepHandler<Context = WorkflowContext, Returned = unknown> = { handle(step: StepRun, context: Context): Returned }['handle']

/** What a handler's return type makes of `<step>_result`. */
export type StepValue<Returned> =
  Returned extends AsyncGenerator<string, void>
    ? string
    : Returned extends AsyncGenerator<string, infer Value>
      ? Value
      : Returned extends AsyncIterable<string>
        ? string
        : Awaited<Returned>

/** What a step does when a step it depends on was skipped, or is `optional` and failed. */
export type AfterSkipped = 'skip' | 'run'

/** What a step does, when, and what its failure means. An option that does not exist is a WorkflowError. */
export interface StepOptions<Name extends string = string, Context = WorkflowContext, Needs extends string = string, Returned = unknown, After = AfterSkipped> {
  /** Unique in the workflow; also the stem of `<name>_params` and `<name>_result`. */
  readonly name: Name
  readonly description?: string
  /** What does the work: a function, or the name of one in the `handlers` of the agent. One of handler, agent and tool. */
  readonly handler?: string | StepHandler<Context, Returned>
  /** An agent, or the name of one in the `agents` of the workflow agent. Its output is the result. */
  readonly agent?: string | Agent
  /** A tool, or the name of one in the `tools` of the workflow agent, called with `<name>_params`. */
  readonly tool?: string | Tool
  /** What an agent is told, under which it finds the task and the results this step depends on. Alone, it goes to the first of `agents`. */
  readonly action?: string | { text(context: Context): string }['text']
  /** Steps that must complete before. */
  readonly dependsOn?: readonly Needs[]
  /** Skips the step when false. As text: `left == right` or `left != right`, where left names an entry of the context. */
  readonly condition?: string | { holds(context: Context): boolean }['holds']
  /** Default `skip`. */
  readonly afterSkipped?: After
  /** Its failure does not fail the run. Default false. */
  readonly optional?: boolean
  /** How often it is tried again after a failure. Default 0. */
  readonly retries?: number
  /** Waits between attempts: `firstDelayMs` (default 500), doubled each time, at most `maxDelayMs` (default 30 000). */
  readonly backoff?: { readonly firstDelayMs?: number; readonly maxDelayMs?: number }
  /** Of each attempt. Default none. */
  readonly timeoutMs?: number
  /** False: never beside another step. Default true. */
  readonly parallel?: boolean
  /** For the handler; not used otherwise. */
  readonly metadata?: JsonObject
}
