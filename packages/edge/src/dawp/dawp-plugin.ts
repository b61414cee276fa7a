import { type AgentEvent, AgentStreamError } from '@agentstream/client/wire'
import type { Budget } from '../loop/budget.ts'
import { assistantMessage, type LoopExtension, type LoopOptions, type Round, type Verdict } from '../loop/loop.ts'
import type { HybridPlugin, PluginRun } from '../loop/plugin.ts'
import type { Tool } from '../tools/tool.ts'
import { checkWorkflow } from './check-workflow.ts'
import type { DawpLimits, DawpWorkflow } from './dawp-workflow.ts'
import { parseDawp } from './document.ts'
import { createTriggerMemory } from './markers.ts'
import { createSchedule, type EnqueueGuard, type Schedule } from './schedule.ts'
import { formerStartToolNames, rejected, type StartContext, startTool, startToolName, startToolNames } from './start-tool.ts'
import { suppressCall, suppressedCallIds } from './suppress.ts'

/** Which workflows an agent follows, and what the model may start by itself. */
export interface DawpOptions {
  /** A `*.dawp.md`, as text. Its placement says when it runs; the model may start it too. */
  readonly document?: string
  /** The same, compiled or written in code. Not looked at where there is a `document`. */
  readonly workflow?: DawpWorkflow
  /** More documents the model may start, by the path or the workflow id. */
  readonly documents?: Readonly<Record<string, string>>
  /** Sends `dawp_run_started` and `dawp_run_completed` around every run. Steps are always announced. Default false. */
  readonly streamBoundaryEvents?: boolean
  /** For documents the model writes itself. They always apply; those left out have their defaults. */
  readonly limits?: DawpLimits
  readonly enqueueGuard?: EnqueueGuard
  /** Whether the model may start runs with `dawp_start`. Default true; in compatible mode false, as upstream ships it. */
  readonly allowStartTool?: boolean
  /** Ends the task, with the reason `dawp_abort_main`, when the configured workflow fails. Default false. */
  readonly abortMain?: boolean
  /** Sends a `dawp_result` after every run. Default: what the task's context says under `dawp_emit_structured_result`. */
  readonly structuredResult?: boolean
  /**
   * Does everything as AIECS 2.1.2 does, its defects with it: a run whose last turn prints the marker fails, what a step
   * said is forgotten, summaries are empty, `max_iterations_per_prompt` and the limits left out are not applied. Default false.
   */
  readonly compatible?: boolean
}

interface Settings extends DawpOptions {
  readonly compatible: boolean
  readonly allowStartTool: boolean
  /** The one whose placement counts. */
  readonly configured: DawpWorkflow | undefined
  readonly library: ReadonlyMap<string, DawpWorkflow>
}

/**
 * Leads an agent through structured workflows (DAWP): prompts one by one, each until the model prints a marker, inside the
 * task, on its messages and from its budget. Throws DawpDocumentError for a document that cannot be used, and
 * AgentStreamError when two workflows share a name.
 *
 * @example
 * createHybridAgent({ name: 'reviewer', provider, plugins: [dawp({ document, streamBoundaryEvents: true })] })
 */
export function dawp(options: DawpOptions = {}): HybridPlugin {
  const { document, compatible = false, documents = {}, allowStartTool = !compatible } = options
  const configured = document === undefined ? options.workflow : parseDawp(document, { compatible })
  if (configured) checkWorkflow(configured, { compatible })
  const library = new Map(Object.entries(documents).map(([path, text]) => [path, parseDawp(text, { path, compatible })]))
  const ids = [...(configured ? [configured] : []), ...library.values()].map(({ id }) => id)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined) throw new AgentStreamError('workflow', `Two DAWP workflows are named "${twice}"`)
  const settings: Settings = { ...options, compatible, allowStartTool, configured, library }
  return { name: 'dawp', join: (run) => joinTask(settings, run) }
}

/** Everything of one task. */
function joinTask(settings: Settings, { now, context }: PluginRun): LoopExtension {
  const { configured, compatible, streamBoundaryEvents = false } = settings
  const triggers = createTriggerMemory()
  const answers = offersStart(settings) ? { answerCall } : {}
  const schedule: Schedule = createSchedule({
    now,
    compatible,
    streamBoundaryEvents,
    guard: settings.enqueueGuard ?? {},
    structuredResult: settings.structuredResult ?? context['dawp_emit_structured_result'] === true,
    inside: { ...answers, hiddenTools: startToolNames },
  })
  // Upstream has no budget yet when it queues what comes before the loop.
  let budget: Budget | undefined

  function enqueueConfigured(workflow: DawpWorkflow): void {
    const { placement, mergeBack = 'append' } = workflow
    const dawpRun = { workflow, placement: placement.type, trigger: 'config', source: 'static', mergeBack, abortMain: settings.abortMain ?? false } as const
    // A guard that says no says it to nobody, as upstream: nothing was asked for.
    schedule.enqueue(dawpRun, budget?.remaining)
  }

  function isTriggered({ placement }: DawpWorkflow, text: string): boolean {
    if (placement.type !== 'on_response_trigger') return false
    const { trigger: token, once = true } = placement
    return triggers.fires(text, { token, once })
  }

  async function* afterRound({ turn, outcomes }: Round, loop: LoopOptions): AsyncGenerator<AgentEvent, Verdict, undefined> {
    for (const callId of suppressedCallIds(outcomes)) suppressCall(loop.messages, callId, { compatible })
    const inline = yield* schedule.drain(loop)
    if (inline.stop) return inline.stop
    if (configured && isTriggered(configured, turn.text)) enqueueConfigured(configured)
    // Upstream forgets the answer that fired the trigger.
    if (!compatible && schedule.pending() > 0 && turn.toolCalls.length === 0 && loop.budget.remaining > 0) loop.messages.push(assistantMessage(turn))
    const triggered = yield* schedule.drain(loop)
    return triggered.stop ?? (inline.wasSeen || triggered.wasSeen ? 'ask_again' : 'as_it_is')
  }

  return {
    instructions: configured?.placement.type === 'on_response_trigger' && configured.triggerInstruction ? [configured.triggerInstruction] : [],
    ...answers,
    tools: startTools(settings, { schedule, remaining: () => budget?.remaining }),
    hiddenTools: new Set(formerStartToolNames),
    async *beforeLoop(loop) {
      if (configured?.placement.type === 'pre_main_loop') enqueueConfigured(configured)
      budget = loop.budget
      const { stop } = yield* schedule.drain(loop)
      return stop ?? 'as_it_is'
    },
    afterRound,
  }
}

/** Where it is not allowed it is not offered, except in compatible mode: upstream offers it and then refuses. */
const offersStart = ({ allowStartTool, compatible }: Settings): boolean => allowStartTool || compatible

/** The sole-call rule: a start beside other calls is refused without being run, and the others run. */
const answerCall: NonNullable<LoopExtension['answerCall']> = (call, calls) =>
  startToolNames.has(call.name) && calls.length > 1 ? rejected(`"${call.name}" must be the only call of its turn`) : undefined

function startTools(settings: Settings, { schedule, remaining }: { schedule: Schedule; remaining: () => number | undefined }): readonly Tool[] {
  const { configured, library, compatible, limits, allowStartTool: isAllowed } = settings
  if (!offersStart(settings)) return []
  const workflows = [...(configured ? [configured] : []), ...library.values()].map((workflow) => [workflow.id, workflow] as const)
  const context: StartContext = {
    hasOpenDawpRun: schedule.hasOpenDawpRun,
    remaining,
    // Of this task: what a model adds is gone with it.
    workflows: new Map(workflows),
    configured: new Set(workflows.map(([id]) => id)),
    documents: library,
    limits,
    compatible,
    enqueue: (dawpRun) => schedule.enqueue(dawpRun, remaining()),
  }
  return [startToolName, ...formerStartToolNames].map((name) => startTool(name, { context, isAllowed }))
}
