/**
 * Tool calls: assembling → ready → running → done or failed. AIECS sends no call ids with its calls and results, so a call is
 * found by id where there is one, else it is the oldest one open under that name (upstream-runs its calls one by one, in order).
 */
import type { AgentEvent, EventOf } from '../../wire/events/vocabulary.ts'
import { addPart, filled, type LoopDraft, loopState, toolAt, type Writable } from '../draft.ts'
import type { ToolPart, ToolStatus } from '../state.ts'

type Tool = Writable<ToolPart>
type ModelCall = EventOf<'tool_call_delta'>['tool_call']
type Test = (tool: ToolPart, order: number) => boolean

const placeholderId = /^call_\d+$/

/** Where the oldest open call stands of which this is true. */
export function positionOf(loop: LoopDraft, test: Test): number | undefined {
  const { parts } = loopState(loop)
  return loop.openTools.find((position, order) => test(parts[position] as ToolPart, order)) // openTools holds positions of tool parts only.
}

function findTool(loop: LoopDraft, test: Test): Tool | undefined {
  const at = positionOf(loop, test)
  return at === undefined ? undefined : toolAt(loop, at)
}

/** Opens the part of a call that an event is the first to tell of. */
function openTool(loop: LoopDraft, event: AgentEvent, told: Pick<ToolPart, 'toolName' | 'status'> & { callId?: string | null | undefined }): Tool {
  const { callId, ...part } = told
  return addPart<ToolPart>(loop, event, { kind: 'tool', id: `tool-${++loop.run.counts.toolCalls}`, argumentsText: '', ...part, ...filled({ callId }) })
}

/** The name a call has where it has an operation, too. */
export const wholeName = (event: { readonly tool_name: string; readonly operation?: string | null | undefined }): string =>
  event.operation ? `${event.tool_name}_${event.operation}` : event.tool_name

/** `tide` is meant by a call named `tide`, and by one named `tide_forecast`, whose operation is `forecast`. */
const isNamed = (tool: ToolPart, name: string): boolean => tool.toolName === name || tool.toolName.startsWith(`${name}_`)

export function findById(loop: LoopDraft, id: string | null | undefined): Tool | undefined {
  return id ? findTool(loop, (tool) => tool.callId === id) : undefined
}

/** The call that a call without an id, or a result without one, speaks of. */
function findByName(loop: LoopDraft, name: string, statuses: readonly ToolStatus[]): Tool | undefined {
  for (const status of statuses) {
    const tool = findTool(loop, (candidate) => candidate.status === status && (isNamed(candidate, name) || (name === 'unknown' && status === 'ready')))
    if (tool) return tool
  }
  return undefined
}

/** The call a delta goes on with. An id may change once, from a placeholder to the provider's own. */
function findAssembling(loop: LoopDraft, { id, function: { name } }: ModelCall, order: number | null | undefined): Tool | undefined {
  const byId = findById(loop, id)
  if (byId || (id && placeholderId.test(id))) return byId
  return findTool(
    loop,
    (tool, at) =>
      tool.status === 'assembling' &&
      (!name || tool.toolName === name || tool.toolName === '') &&
      (id ? placeholderId.test(tool.callId ?? 'call_0') : order == null || at === order),
  )
}

/** The call that a model is writing, with what is said of it now: all of the arguments so far, or what comes next. */
function assemble(loop: LoopDraft, event: AgentEvent, call: ModelCall, more: { order?: number | null | undefined; delta?: unknown }): Tool {
  const { id, function: said } = call
  const tool = findAssembling(loop, call, more.order) ?? openTool(loop, event, { toolName: '', status: 'assembling' })
  if (id) tool.callId = id
  if (said.name) tool.toolName = said.name
  if (typeof more.delta === 'string') tool.argumentsText += more.delta
  else if (typeof said.arguments === 'string') tool.argumentsText = said.arguments
  return tool
}

function parameters(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The model wrote no JSON; the text stays visible and the call will fail by itself.
  }
}

function finish(loop: LoopDraft, tool: Tool, status: ToolStatus, at: number): void {
  tool.status = status
  tool.endedAt = at
  const { parts } = loopState(loop)
  loop.openTools = loop.openTools.filter((position) => parts[position] !== tool)
}

export const toolCases = {
  tool_call_delta(loop: LoopDraft, event: EventOf<'tool_call_delta'>): void {
    const { tool_call: call, arguments_delta: delta } = event
    assemble(loop, event, call, { order: call.index, delta })
  },
  tool_calls_ready(loop: LoopDraft, event: EventOf<'tool_calls_ready'>): void {
    for (const call of event.tool_calls) {
      const tool = assemble(loop, event, call, {})
      tool.status = 'ready'
      tool.parameters = parameters(tool.argumentsText)
    }
  },
  tool_call(loop: LoopDraft, event: EventOf<'tool_call'>, at: number): void {
    const { tool_name: toolName, operation, tool_call_id: callId } = event
    const tool =
      findById(loop, callId) ??
      findByName(loop, wholeName(event), ['ready', 'waiting_approval', 'assembling']) ??
      openTool(loop, event, { toolName, status: 'running', callId })
    Object.assign(tool, { toolName, status: 'running', startedAt: at, ...filled({ operation }) })
    tool.parameters = event.parameters ?? tool.parameters ?? {}
  },
  tool_progress(loop: LoopDraft, event: EventOf<'tool_progress'>): void {
    const tool = findOpen(loop, event)
    if (!tool) return
    const { progress: fraction, message, data } = event
    tool.progress = filled({ fraction, message, data }, (value) => value != null)
  },
  tool_result(loop: LoopDraft, event: EventOf<'tool_result'>, at: number): void {
    const tool = findEnded(loop, event)
    tool.result = event.result
    finish(loop, tool, event.success === false ? 'failed' : 'done', at)
  },
  tool_error(loop: LoopDraft, event: EventOf<'tool_error'>, at: number): void {
    const tool = findEnded(loop, event)
    tool.error = event.error
    finish(loop, tool, tool.status === 'denied' ? 'denied' : 'failed', at)
  },
}

type Named = EventOf<'tool_progress' | 'tool_result' | 'tool_error'>

function findOpen(loop: LoopDraft, { tool_name: name, tool_call_id: callId }: Named): Tool | undefined {
  return findById(loop, callId) ?? findByName(loop, name, ['running', 'ready', 'waiting_approval', 'assembling'])
}

/** The call a result belongs to; a result without a call stays visible as a call of its own. */
function findEnded(loop: LoopDraft, event: Named): Tool {
  const { tool_name: toolName, tool_call_id: callId } = event
  return findOpen(loop, event) ?? openTool(loop, event, { toolName, status: 'running', callId })
}
