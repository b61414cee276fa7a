/**
 * Tool calls: assembling → ready → running → done or failed. AIECS sends no call ids with its calls and results, so a call is
 * found by id where there is one, else it is the oldest one open under that name (upstream-runs its calls one by one, in order).
 */
import type { AgentEvent, EventOf } from '../../wire/events/vocabulary.ts'
import { addPart, type LoopDraft, stepOf, type Writable, writablePart } from '../draft.ts'
import type { ToolPart, ToolStatus } from '../state.ts'

type Tool = Writable<ToolPart>
type ModelCall = EventOf<'tool_call_delta'>['tool_call']
type Test = (tool: ToolPart, order: number) => boolean

const placeholderId = /^call_\d+$/

function findTool(loop: LoopDraft, test: Test): Tool | undefined {
  const { parts } = loop.state()
  const at = loop.openTools.find((position, order) => {
    const part = parts[position]
    return part?.kind === 'tool' && test(part, order)
  })
  return at === undefined ? undefined : (writablePart(loop, at) as Tool)
}

/** Opens the part of a call that an event is the first to tell of. */
function openTool(
  loop: LoopDraft,
  event: AgentEvent,
  { toolName, status, callId }: Pick<ToolPart, 'toolName' | 'status'> & { callId?: string | null | undefined },
): Tool {
  const id = `tool-${++loop.run.counts.toolCalls}`
  const { iteration } = loop.state()
  const part: Tool = { kind: 'tool', iteration, id, toolName, status, argumentsText: '', ...(callId ? { callId } : {}), ...stepOf(event) }
  loop.openTools.push(addPart(loop, part))
  return part
}

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
function findAssembling(loop: LoopDraft, call: ModelCall, order: number | null | undefined): Tool | undefined {
  const { name } = call.function
  const byId = findById(loop, call.id)
  if (byId) return byId
  const isAssembling: Test = (tool) => tool.status === 'assembling' && (!name || tool.toolName === name || tool.toolName === '')
  if (call.id && placeholderId.test(call.id)) return undefined
  if (call.id) return findTool(loop, (tool, at) => isAssembling(tool, at) && placeholderId.test(tool.callId ?? 'call_0'))
  return findTool(loop, (tool, at) => isAssembling(tool, at) && (order == null || at === order))
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
  loop.openTools = loop.openTools.filter((position) => loop.state().parts[position] !== tool)
}

const ended = ['running', 'ready', 'waiting_approval', 'assembling'] as const

export const toolCases = {
  tool_call_delta(loop: LoopDraft, event: EventOf<'tool_call_delta'>): void {
    const { tool_call: call, arguments_delta: delta } = event
    const tool = findAssembling(loop, call, call.index) ?? openTool(loop, event, { toolName: call.function.name ?? '', status: 'assembling' })
    if (call.id) tool.callId = call.id
    if (call.function.name) tool.toolName = call.function.name
    if (typeof delta === 'string') tool.argumentsText += delta
    else if (typeof call.function.arguments === 'string') tool.argumentsText = call.function.arguments
  },
  tool_calls_ready(loop: LoopDraft, event: EventOf<'tool_calls_ready'>): void {
    for (const call of event.tool_calls) {
      const tool = findAssembling(loop, call, undefined) ?? openTool(loop, event, { toolName: call.function.name ?? '', status: 'assembling' })
      tool.status = 'ready'
      if (call.id) tool.callId = call.id
      if (call.function.name) tool.toolName = call.function.name
      if (typeof call.function.arguments === 'string') tool.argumentsText = call.function.arguments
      tool.parameters = parameters(tool.argumentsText)
    }
  },
  tool_call(loop: LoopDraft, event: EventOf<'tool_call'>, at: number): void {
    const { tool_name: name, operation, tool_call_id: callId } = event
    const tool =
      findById(loop, callId) ??
      findByName(loop, operation ? `${name}_${operation}` : name, ['ready', 'waiting_approval', 'assembling']) ??
      openTool(loop, event, { toolName: name, status: 'running', callId })
    Object.assign(tool, { toolName: name, status: 'running', startedAt: at, ...(operation ? { operation } : {}) })
    tool.parameters = event.parameters ?? tool.parameters ?? {}
  },
  tool_progress(loop: LoopDraft, event: EventOf<'tool_progress'>): void {
    const tool = findById(loop, event.tool_call_id) ?? findByName(loop, event.tool_name, ended)
    if (!tool) return
    const { progress: fraction, message, data } = event
    tool.progress = { ...(fraction == null ? {} : { fraction }), ...(message == null ? {} : { message }), ...(data == null ? {} : { data }) }
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

/** The call a result belongs to; a result without a call stays visible as a call of its own. */
function findEnded(loop: LoopDraft, event: EventOf<'tool_result'> | EventOf<'tool_error'>): Tool {
  const { tool_name: name, tool_call_id: callId } = event
  return findById(loop, callId) ?? findByName(loop, name, ended) ?? openTool(loop, event, { toolName: name, status: 'running', callId })
}
