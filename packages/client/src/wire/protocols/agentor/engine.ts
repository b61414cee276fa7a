/** Events of `AgentLoop.astream`, which are also the lines of the run log. Rules: `src/agentor/engine/events.py` (0.1.0rc2). */
import { isoTimeOf } from '../../events/iso-time.ts'
import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { given, type Typed } from '../../json.ts'
import { maybeObject, maybeText } from './output.ts'
import type { Speech } from './speech.ts'

type Decode = (value: Typed) => AgentEvent[]

export function createEngine({ speech, newId }: { speech: Speech; newId: () => string }): Readonly<Record<string, Decode>> {
  let turn = 0

  /** A turn has no event of its own; what belongs to it tells its number. */
  const inTurn =
    (decode: Decode): Decode =>
    (value) => {
      const number = numberOf(value, 'turn') ?? turn
      if (number <= turn) return decode(value)
      turn = number
      speech.forget()
      return [{ type: 'iteration_start', iteration: number }, ...decode(value)]
    }
  const generation: Decode = (value) => {
    const { calls } = value
    const ready = Array.isArray(calls) && calls.length > 0 ? [parseEvent({ type: 'tool_calls_ready', tool_calls: calls })] : []
    return [...speech.whole(maybeText(value, 'text') ?? '', { isPassing: true }), ...ready, ...usage(value, turn)]
  }
  const tool = (value: Typed) => ({ tool_name: maybeText(value, 'name') ?? 'unknown', tool_call_id: maybeText(value, 'call_id') ?? newId() })
  const toolResult: Decode = (value) => {
    const error = maybeText(value, 'error')
    const time = timeOf(value, 'ended_at')
    return error === undefined
      ? [{ type: 'tool_result', ...tool(value), result: value['result'], ...time }]
      : [{ type: 'tool_error', ...tool(value), error, ...time }]
  }
  return {
    run_start: (value) => [parseEvent({ type: 'started', agent: value['agent'], model: value['model'], ...timeOf(value, 'started_at') })],
    text_delta: inTurn((value) => speech.piece(maybeText(value, 'text') ?? '')),
    generation: inTurn(generation),
    tool_call: inTurn((value) => [{ type: 'tool_call', ...tool(value), ...given({ parameters: value['args'] }) }]),
    tool_result: inTurn(toolResult),
    message: inTurn((value) => speech.whole(maybeText(value, 'text') ?? '')),
    run_end: (value) => [...usage(value), ...ending(value)],
  }
}

/** `max_turns` ends in order, but not with an answer; `failed` is followed by an exception, which no frame shows. */
function ending(value: Typed): AgentEvent[] {
  const status = maybeText(value, 'status')
  const time = timeOf(value, 'ended_at')
  if (status !== 'completed') {
    const error = maybeText(value, 'error') ?? `The run ended as ${status ?? null}`
    return [{ type: 'error', error, ...(status === 'max_turns' ? { code: status } : {}), ...time }]
  }
  const [from, to] = [numberOf(value, 'started_at'), numberOf(value, 'ended_at')]
  const took = from === undefined || to === undefined ? undefined : to - from
  return [
    { type: 'result', output: maybeText(value, 'text') ?? null, success: true, stop_reason: status, ...given({ iterations: numberOf(value, 'turn') }) },
    { type: 'completed', success: true, ...given({ execution_time: took }), ...time },
  ]
}

/** With a turn it is that turn's share; without one the sum of the run. */
function usage(value: Typed, iteration?: number): AgentEvent[] {
  const counts = maybeObject(value, 'usage')
  return counts ? [parseEvent({ ...counts, type: 'usage', ...given({ iteration }) })] : []
}

function numberOf(value: Typed, key: string): number | undefined {
  const number = value[key]
  return typeof number === 'number' ? number : undefined
}

/** Epoch seconds as the envelope has them. */
const timeOf = (value: Typed, key: string): { timestamp?: string } => given({ timestamp: isoTimeOf(value[key], 1000) })
