import type { AgentEvent, JsonValue } from '@agentstream/client/wire'
import { sleep as defaultSleep } from '../abort.ts'
import { createEmit } from '../loop/emit.ts'
import type { Agent, RunContext, Task } from './agent.ts'
import { taskMessages } from './task-messages.ts'
import { type Plan, planWorkflow, type WorkflowParts } from './workflow/plan.ts'
import { runWorkflow } from './workflow/run-workflow.ts'
import type { WorkflowContext } from './workflow/step.ts'
import type { Workflow } from './workflow/workflow.ts'
import { resultMembers, type WorkflowResult } from './workflow/workflow-result.ts'

/** What the steps of a workflow may name, and how its runs go. */
export interface WorkflowRunSettings extends WorkflowParts {
  /** Steps at once. Default: as many as can; 1 runs them in order of definition. */
  readonly maxParallel?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
  /** The waits of retries and timeouts: resolves after `ms`, rejects when the signal aborts. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** The workflow, and what its steps may name. */
export interface WorkflowAgentOptions extends WorkflowRunSettings {
  readonly name: string
  /** Default: the workflow's. */
  readonly description?: string
  readonly workflow: Workflow
}

/**
 * An agent that carries out a workflow: `started`, per step `step_started`, what it says, and `step_completed`, then `result`
 * and `completed`. Every event between says by `step_name` whose it is. The context of a run starts as a copy of the task's.
 * Throws WorkflowError when the steps do not fit together, or name what is not there.
 */
export function createWorkflowAgent(options: WorkflowAgentOptions): Agent {
  const { name, workflow, description = workflow.description } = options
  const plan = planWorkflow(workflow, options)
  return {
    name,
    info: {
      name,
      ...(description === undefined ? {} : { description }),
      tools: toolsOf(plan).map((tool) => ({ name: tool.name, description: tool.description })),
      supportsStreaming: true,
    },
    run: (task, context) => runOf(plan, { task, context, settings: options }),
  }
}

function toolsOf({ toolbox, workflow }: Plan): readonly { name: string; description: string }[] {
  const own = workflow.steps.flatMap(({ tool }) => (typeof tool === 'object' ? [tool] : []))
  return [...new Map([...toolbox.tools, ...own].map((tool) => [tool.name, tool])).values()]
}

interface RunOf {
  readonly task: Task
  readonly context: RunContext
  readonly settings: WorkflowRunSettings
}

async function* runOf(plan: Plan, { task, context, settings }: RunOf): AsyncGenerator<AgentEvent, void, undefined> {
  if (context.signal.aborted) return
  const { session, ...rest } = context
  // Agents of steps know the conversation; what is said of this run in the next one is its output, not theirs.
  const runContext: RunContext = session ? { ...rest, session: { history: session.history, remember: () => {} } } : rest
  const emit = createEmit(settings.now ? { now: settings.now } : {})
  yield emit({ type: 'started' })
  const result = yield* runWorkflow(plan, { task, context: structuredClone({ ...task.context }), runContext, ...timing(settings) })
  // Whoever aborted the run says so.
  if (context.signal.aborted) return
  const success = result.status === 'completed'
  const ended = { success, execution_time: result.durationMs / 1000 }
  const members = resultMembers(result)
  if (success) session?.remember([...taskMessages(task, []), { role: 'assistant', text: textOf(members.output), toolCalls: [] }])
  yield emit({ type: 'result', ...ended, ...members })
  yield emit({ type: 'completed', ...ended })
}

function textOf(output: JsonValue): string {
  return typeof output === 'string' ? output : JSON.stringify(output)
}

function timing({ maxParallel = Number.POSITIVE_INFINITY, now = Date.now, sleep = defaultSleep }: WorkflowRunSettings) {
  return { most: maxParallel, now, sleep }
}

/** One run of a workflow, without a server. */
export interface ExecuteWorkflowOptions extends WorkflowRunSettings {
  /** What `step.task` says. Default: a task without words. */
  readonly task?: Task
  /** What the steps find in their context. A run works on a copy, a compatible workflow's on the object itself. */
  readonly context?: WorkflowContext
  /** Told to tools. Default: the workflow's id. */
  readonly runId?: string
  readonly signal?: AbortSignal
  /** Sees everything that happens, as it happens. */
  readonly onEvent?: (event: AgentEvent) => void
}

/**
 * Runs a workflow without a server or a client, as for a test of its handlers. A failed or aborted run is a result too.
 * Throws WorkflowError as `createWorkflowAgent` does.
 */
export async function executeWorkflow(workflow: Workflow, options: ExecuteWorkflowOptions = {}): Promise<WorkflowResult> {
  const plan = planWorkflow(workflow, options)
  const { task = { description: '' }, context = {}, runId = workflow.id, signal = new AbortController().signal, onEvent } = options
  const events = runWorkflow(plan, { task, context, runContext: { runId, signal }, ...timing(options) })
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done) return next.value
    onEvent?.(next.value)
  }
}
