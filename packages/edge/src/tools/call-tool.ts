import { type AgentEvent, isObject, type JsonObject, type JsonValue } from '@agentstream/client/wire'
import { interruptible, linkedAbort } from '../abort.ts'
import { ToolError } from '../errors.ts'
import type { ToolCall } from '../model/messages.ts'
import { type Approvals, askPermission } from './approval.ts'
import { encodeResult } from './encode-result.ts'
import { failureText } from './failure-text.ts'
import { openScope, type ScopeEnd, type Scopes } from './scopes.ts'
import type { Tool, ToolContext, ToolProgress } from './tool.ts'
import type { Toolbox } from './toolbox.ts'

/**
 * One call of a model, carried out. In goes a call as the model stated it, which may be nonsense; out come its events as
 * they happen, and in the end what the model is told. It knows no agent and no loop.
 */

export interface ToolCallOptions {
  readonly toolbox: Toolbox
  readonly runId: string
  readonly signal: AbortSignal
  /** Where people are asked for the calls that need it. */
  readonly approvals?: Approvals | undefined
  /** Where a call says that it can be stopped alone, by its id. */
  readonly scopes?: Scopes | undefined
}

/** How a call ended. `text` is what the model is told. */
export interface ToolOutcome {
  readonly call: ToolCall
  readonly status: 'done' | 'failed' | 'refused' | 'cancelled'
  readonly parameters: JsonObject
  readonly result?: JsonValue
  readonly error?: string
  readonly text: string
}

/**
 * Yields `tool_call`, then `tool_progress` as it comes, then `tool_result` or `tool_error`. A call that is refused (unknown
 * tool, arguments that are no JSON object or do not fit, no approval) yields no `tool_call`, but `tool_error`: nothing ran. One that is
 * stopped alone ends with `tool_error` at once, whether or not the tool listens. Throws only the signal's reason, as soon.
 */
export async function* callTool(call: ToolCall, options: ToolCallOptions): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  options.signal.throwIfAborted()
  const scope = openScope({ ...options, scopes: options.scopes, id: call.id })
  let end: ScopeEnd = 'ended'
  try {
    return yield* carryOut(call, { ...options, signal: scope.signal })
  } catch (error) {
    const stopped = scope.stopped()
    if (stopped === undefined) throw error
    end = 'stopped'
    return { ...(yield* refuse(call, `"${call.name.slice(0, 64)}" was ${stopped}`)), status: 'cancelled' }
  } finally {
    scope.close(end)
  }
}

async function* carryOut(call: ToolCall, options: ToolCallOptions): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  const tool = options.toolbox.get(call.name)
  if (!tool) return yield* refuse(call, `There is no tool named "${call.name.slice(0, 64)}"`)
  const parameters = parseArguments(call.arguments, tool)
  if (!parameters) return yield* refuse(call, `The arguments of "${tool.name}" are not a JSON object`)
  const prepared = await tool.prepare(parameters).catch((error: unknown) => ({ problem: failureText(error) }))
  if ('problem' in prepared) return yield* refuse(call, `The arguments of "${tool.name}" do not fit: ${prepared.problem}`, parameters)
  const refusal = yield* askPermission({ ...options, call, parameters, prepared })
  if (refusal !== undefined) return yield* refuse(call, refusal, parameters)

  const names = { tool_name: tool.name, tool_call_id: call.id }
  yield { type: 'tool_call', ...names, operation: null, parameters }
  const ended = yield* execute({ ...options, tool, call, run: prepared.run })
  const encoded = 'error' in ended ? { problem: ended.error } : encodeResult(ended.result, tool.resultBytes)
  if ('problem' in encoded) {
    const error = 'error' in ended ? ended.error : `The result of "${tool.name}" ${encoded.problem}`
    yield { type: 'tool_error', ...names, error }
    return { call, status: 'failed', parameters, error, text: `Error: ${error}` }
  }
  yield { type: 'tool_result', ...names, result: encoded.value, success: true }
  return { call, status: 'done', parameters, result: encoded.value, text: encoded.text }
}

/** Answers a call without running anything. */
export async function* refuse(call: ToolCall, error: string, parameters: JsonObject = {}): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  yield { type: 'tool_error', tool_name: call.name.slice(0, 64) || 'unknown', tool_call_id: call.id, error }
  return { call, status: 'refused', parameters, error, text: `Error: ${error}` }
}

function parseArguments(text: string, tool: Tool): JsonObject | undefined {
  // Some servers send nothing for a tool without parameters. For any other tool nothing is a call cut short.
  if (text.trim() === '') return Object.keys(tool.parameters['properties'] ?? {}).length === 0 ? {} : undefined
  try {
    const value: unknown = JSON.parse(text)
    // Parsed from JSON, so its members are JSON values.
    return isObject(value) ? (value as JsonObject) : undefined
  } catch {
    // The model is told; what the parser says about it would not help.
    return undefined
  }
}

interface Execution extends ToolCallOptions {
  readonly tool: Tool
  readonly call: ToolCall
  readonly run: (context: ToolContext) => Promise<unknown>
}
type Ended = { readonly result: unknown } | { readonly error: string }

/** Progress waits here only while nobody reads; a tool that talks without pause keeps its newest word. */
const progressHeld = 256

async function* execute({ tool, call, run, runId, signal }: Execution): AsyncGenerator<AgentEvent, Ended, undefined> {
  const work = linkedAbort(signal)
  const waits = interruptible(work.signal)
  const timer = setTimeout(() => work.abort(new ToolError(tool.name, `"${tool.name}" did not finish within ${tool.timeoutMs} ms`)), tool.timeoutMs)
  let progress: AgentEvent[] = []
  let ended: Ended | undefined
  let wake = (): void => {}
  const context: ToolContext = {
    signal: work.signal,
    runId,
    toolCallId: call.id,
    emit(said) {
      if (ended || work.signal.aborted) return
      if (progress.length >= progressHeld) progress.pop()
      progress.push(progressEvent(said, { tool, call }))
      wake()
    },
  }
  const end = (how: Ended): void => {
    ended = how
    wake()
  }
  run(context).then(
    (result) => end({ result }),
    (error: unknown) => end({ error: failureText(error) }),
  )
  try {
    for (;;) {
      while (progress.length > 0) {
        const waiting = progress
        progress = []
        yield* waiting
      }
      if (work.signal.aborted) throw work.signal.reason
      if (ended) return ended
      await waits.wait(
        new Promise<void>((resolve) => {
          wake = resolve
        }),
      )
    }
  } catch (error) {
    signal.throwIfAborted()
    return { error: failureText(error) }
  } finally {
    clearTimeout(timer)
    waits.release()
    work.release()
    // Whatever the tool left running hears that nobody waits any more.
    work.abort()
  }
}

function progressEvent(said: ToolProgress, { tool, call }: { tool: Tool; call: ToolCall }): AgentEvent {
  const { progress, message, data } = said
  const encoded = data === undefined ? undefined : encodeResult(data, tool.resultBytes)
  return {
    type: 'tool_progress',
    tool_name: tool.name,
    tool_call_id: call.id,
    ...(typeof progress === 'number' && Number.isFinite(progress) ? { progress: Math.min(1, Math.max(0, progress)) } : {}),
    ...(typeof message === 'string' ? { message: message.slice(0, 2000) } : {}),
    ...(encoded && 'value' in encoded ? { data: encoded.value } : {}),
  }
}
