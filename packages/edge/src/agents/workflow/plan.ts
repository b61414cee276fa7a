import type { JsonValue } from '@agentstream/client/wire'
import { WorkflowError } from '../../errors.ts'
import type { Tool } from '../../tools/tool.ts'
import { createToolbox, type Toolbox } from '../../tools/toolbox.ts'
import type { Agent } from '../agent.ts'
import { agentTask } from './agent-task.ts'
import { conditionOf, type StepCondition } from './condition.ts'
import { checkDependencies } from './dependencies.ts'
import { rulesOf, type WorkflowRules } from './rules.ts'
import type { StepHandler, StepOptions } from './step.ts'
import type { Workflow } from './workflow.ts'

/** A workflow with everything it names found: what can be wrong with it is wrong here, before the first run. */

/** What the steps of a workflow may name. */
export interface WorkflowParts {
  readonly agents?: readonly Agent[]
  readonly tools?: readonly Tool[]
  readonly handlers?: Readonly<Record<string, StepHandler>>
}

export interface PlannedStep {
  readonly name: string
  readonly index: number
  readonly options: StepOptions
  readonly dependsOn: readonly string[]
  readonly handler: StepHandler
  readonly condition: StepCondition | undefined
}

export interface Plan {
  readonly workflow: Workflow
  readonly rules: WorkflowRules
  readonly steps: readonly PlannedStep[]
  readonly agents: ReadonlyMap<string, Agent>
  readonly toolbox: Toolbox
}

/** Throws WorkflowError for steps that do not fit together, or name what is not there. */
export function planWorkflow(workflow: Workflow, parts: WorkflowParts): Plan {
  const { steps } = workflow
  checkDependencies(workflow)
  const rules = rulesOf(workflow)
  const agents = agentsByName(parts.agents ?? [])
  const toolbox = createToolbox(parts.tools)
  const finder = { ...parts, agents, toolbox, rules }
  return {
    workflow,
    rules,
    agents,
    toolbox,
    steps: steps.map((options, index) => ({
      name: options.name,
      index,
      options,
      dependsOn: options.dependsOn ?? [],
      handler: handlerOf(options, finder),
      condition: conditionOf(options, rules),
    })),
  }
}

interface Finder {
  readonly agents: ReadonlyMap<string, Agent>
  readonly toolbox: Toolbox
  readonly handlers?: Readonly<Record<string, StepHandler>>
  readonly rules: WorkflowRules
}

function handlerOf(options: StepOptions, finder: Finder): StepHandler {
  const { name, handler, tool, agent } = options
  if (typeof handler === 'function') return handler
  if (handler !== undefined) {
    const { handlers = {} } = finder
    const found = Object.hasOwn(handlers, handler) ? handlers[handler] : undefined
    if (found) return found
    if (finder.rules.nothingToDo === 'refuse')
      throw new WorkflowError('handler_unknown', `Step "${name}" names the handler "${handler}", which is not there`, { step: name })
  }
  if (tool !== undefined) return toolStep(findTool(tool, finder.toolbox, name))
  const asked = agent === undefined ? agentForAction(options, finder) : findAgent(agent, finder.agents, name)
  return asked ? agentStep(asked, options, finder.rules) : () => `Step "${name}" has nothing to do`
}

function agentForAction({ name, action }: StepOptions, { agents, rules }: Finder): Agent | undefined {
  const [first] = agents.values()
  if (action !== undefined && first) return first
  if (rules.nothingToDo === 'default_text') return undefined
  if (action === undefined) throw new WorkflowError('nothing_to_do', `Step "${name}" has neither handler nor agent, tool or action`, { step: name })
  throw new WorkflowError('agent_unknown', `Step "${name}" has only an action, and there is no agent to tell it to`, { step: name })
}

function agentStep(agent: Agent, options: StepOptions, rules: WorkflowRules): StepHandler {
  return (step, context) => step.runAgent(agent, agentTask({ options, step, context, rules }))
}

function toolStep(tool: Tool): StepHandler<Record<string, unknown>, Promise<JsonValue>> {
  return (step) => step.callTool(tool, step.params)
}

function agentsByName(agents: readonly Agent[]): ReadonlyMap<string, Agent> {
  const byName = new Map<string, Agent>()
  for (const agent of agents) {
    if (byName.has(agent.name)) throw new WorkflowError('name_taken', `Two agents are named "${agent.name}"`)
    byName.set(agent.name, agent)
  }
  return byName
}

export function findAgent(agent: string | Agent, agents: ReadonlyMap<string, Agent>, step: string): Agent {
  const found = typeof agent === 'string' ? agents.get(agent) : agent
  if (!found) throw new WorkflowError('agent_unknown', `Step "${step}" names the agent "${String(agent)}", which is not there`, { step })
  return found
}

export function findTool(tool: string | Tool, toolbox: Toolbox, step: string): Tool {
  const found = typeof tool === 'string' ? toolbox.get(tool) : tool
  if (!found) throw new WorkflowError('tool_unknown', `Step "${step}" names the tool "${String(tool)}", which is not there`, { step })
  return found
}
