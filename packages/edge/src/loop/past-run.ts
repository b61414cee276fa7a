import { type AgentEvent, type EventOf, effectiveLoopScope } from '@agentstream/client/wire'
import type { ToolCall } from '../model/messages.ts'
import type { FinishReason, ModelDelta, StreamingProvider } from '../model/provider.ts'
import type { ToolOutcome } from '../tools/call-tool.ts'
import { orInWords } from './past-in-words.ts'

/**
 * What is known of a run that lost its process: its events go in, and it can be done again without asking the model or
 * carrying out a call a second time. A turn the model had not finished is not known: it is asked anew.
 */

export interface PastRun {
  /** The turns that were finished, in order from the first. */
  readonly turns: readonly PastTurn[]
  /** By the id of the call: those that had begun, or were refused. */
  readonly calls: ReadonlyMap<string, PastCall>
}

export interface PastTurn {
  readonly text: string
  readonly thinking: string
  readonly toolCalls: readonly ToolCall[]
}

export interface PastCall {
  readonly began?: EventOf<'tool_call'> | undefined
  readonly ended?: EventOf<'tool_result'> | EventOf<'tool_error'> | undefined
}

interface OpenTurn {
  readonly iteration: number
  readonly text: string[]
  readonly thinking: string[]
}

const noTurn = (iteration: number): OpenTurn => ({ iteration, text: [], thinking: [] })

export function readPast(events: readonly AgentEvent[]): PastRun {
  // Kept by their number: a run that was taken up before has told its first turns again, perhaps not all of them.
  const finished = new Map<number, PastTurn>()
  const calls = new Map<string, PastCall>()
  let open = noTurn(0)
  const finish = (toolCalls: readonly ToolCall[]): void => {
    const { iteration, text, thinking } = open
    if (!finished.has(iteration)) finished.set(iteration, { text: text.join(''), thinking: thinking.join(''), toolCalls })
  }
  for (const event of events) {
    if (effectiveLoopScope(event).kind === 'dawp') continue
    if (event.type === 'iteration_start') open = noTurn(event.iteration)
    else if (event.type === 'token') open.text.push(event.content)
    else if (event.type === 'thinking_token') open.thinking.push(event.content)
    else if (event.type === 'tool_calls_ready') finish(event.tool_calls.map(callOf))
    // The last things said of a turn without calls.
    else if (event.type === 'usage' || event.type === 'result') finish([])
    else note(calls, event)
  }
  const turns: PastTurn[] = []
  for (let turn = finished.get(1); turn; turn = finished.get(turns.length + 1)) turns.push(turn)
  return { turns, calls }
}

function callOf({ id, function: said }: EventOf<'tool_calls_ready'>['tool_calls'][number]): ToolCall {
  return { id: id ?? '', name: said.name ?? '', arguments: said.arguments ?? '' }
}

function note(calls: Map<string, PastCall>, event: AgentEvent): void {
  if (event.type !== 'tool_call' && event.type !== 'tool_result' && event.type !== 'tool_error') return
  const id = event.tool_call_id
  if (id == null) return
  const known = calls.get(id)
  // The first word counts: a repetition of it says the same, or that the call was interrupted.
  if (event.type === 'tool_call') calls.set(id, { began: known?.began ?? event, ended: known?.ended })
  else calls.set(id, { began: known?.began, ended: known?.ended ?? event })
}

/** A model that says again what it said, and then goes on. */
export function withPast(model: StreamingProvider, { turns, calls }: PastRun): StreamingProvider {
  const provider = orInWords(model, new Set(calls.keys()))
  let at = 0
  return {
    info: provider.info,
    stream(request, options) {
      const turn = turns[at++]
      return turn ? told(turn) : provider.stream(request, options)
    },
  }
}

async function* told({ text, thinking, toolCalls }: PastTurn): AsyncGenerator<ModelDelta, void, undefined> {
  if (thinking !== '') yield { type: 'thinking', text: thinking }
  if (text !== '') yield { type: 'text', text }
  for (const [index, { id, name, arguments: given }] of toolCalls.entries()) yield { type: 'tool_call', index, id, name, arguments: given }
  const reason: FinishReason = toolCalls.length > 0 ? 'tool_calls' : 'stop'
  yield { type: 'finish', reason }
}

/**
 * Tells again how a call went. One that had begun and not ended may have had its effect or not: it is not carried out again,
 * and the model is told.
 */
export async function* recall(call: ToolCall, { began, ended }: PastCall): AsyncGenerator<AgentEvent, ToolOutcome, undefined> {
  // Its parameters were JSON in the journal.
  const parameters = (began?.parameters ?? {}) as ToolOutcome['parameters']
  if (began) yield began
  if (ended?.type === 'tool_result') {
    const result = (ended.result ?? null) as NonNullable<ToolOutcome['result']> | null
    yield ended
    return { call, status: 'done', parameters, result, text: typeof result === 'string' ? result : JSON.stringify(result) }
  }
  const error = ended?.error ?? `"${call.name}" was interrupted when the server ended; it may have taken effect or not`
  yield ended ?? { type: 'tool_error', tool_name: call.name, tool_call_id: call.id, error }
  return { call, status: began ? 'failed' : 'refused', parameters, error, text: `Error: ${error}` }
}
