/** Events of `AgentLoop.astream`, which are also the lines of the run log. Rules: `src/agentor/engine/events.py` (0.1.0rc2). */
import { toIsoTime } from '../../events/iso-time.ts'
import { parseEvent } from '../../events/parse.ts'
import type { AgentEvent } from '../../events/vocabulary.ts'
import { isObject } from '../../json.ts'
import { type Raw, textOf, wrong } from './output.ts'
import type { Speech } from './speech.ts'

type Decode = (value: Raw) => AgentEvent[]

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
    return [...speech.whole(textOf(value, 'text') ?? '', { isPassing: true }), ...ready, ...usage(value, turn)]
  }
  const tool = (value: Raw) => ({ tool_name: textOf(value, 'name') ?? 'unknown', tool_call_id: textOf(value, 'call_id') ?? newId() })
  const toolResult: Decode = (value) => {
    const error = textOf(value, 'error')
    const time = timeOf(value, 'ended_at')
    return error === null
      ? [{ type: 'tool_result', ...tool(value), result: value['result'], ...time }]
      : [{ type: 'tool_error', ...tool(value), error, ...time }]
  }
  return {
    run_start: (value) => [parseEvent({ type: 'started', agent: value['agent'], model: value['model'], ...timeOf(value, 'started_at') })],
    text_delta: inTurn((value) => speech.piece(textOf(value, 'text') ?? '')),
    generation: inTurn(generation),
    tool_call: inTurn((value) => [{ type: 'tool_call', ...tool(value), ...(value['args'] === undefined ? {} : { parameters: value['args'] }) }]),
    tool_result: inTurn(toolResult),
    message: inTurn((value) => speech.whole(textOf(value, 'text') ?? '')),
    run_end: (value) => [...usage(value), ...ending(value)],
  }
}

/** `max_turns` ends in order, but not with an answer; `failed` is followed by an exception, which no frame shows. */
function ending(value: Raw): AgentEvent[] {
  const status = textOf(value, 'status')
  const time = timeOf(value, 'ended_at')
  const error = textOf(value, 'error')
  if (status !== 'completed')
    return [{ type: 'error', error: error ?? `The run ended as ${status}`, ...(status === 'max_turns' ? { code: status } : {}), ...time }]
  const [from, to, turn] = [numberOf(value, 'started_at'), numberOf(value, 'ended_at'), numberOf(value, 'turn')]
  const iterations = turn === undefined ? {} : { iterations: turn }
  const took = from === undefined || to === undefined ? {} : { execution_time: to - from }
  return [
    { type: 'result', output: textOf(value, 'text'), success: true, stop_reason: status, ...iterations },
    { type: 'completed', success: true, ...took, ...time },
  ]
}

/** With a turn it is that turn's share; without one the sum of the run. */
function usage(value: Raw, turn?: number): AgentEvent[] {
  if (value['usage'] == null) return []
  if (!isObject(value['usage'])) throw wrong('`usage` is no object', value)
  return [parseEvent({ ...value['usage'], type: 'usage', ...(turn === undefined ? {} : { iteration: turn }) })]
}

function numberOf(value: Raw, key: string): number | undefined {
  const number = value[key]
  return typeof number === 'number' ? number : undefined
}

/** Epoch seconds as the envelope has them. */
function timeOf(value: Raw, key: string): { timestamp?: string } {
  const seconds = numberOf(value, key)
  // Beyond this a Date is invalid and refuses to be written.
  return seconds === undefined || Math.abs(seconds) > 8.64e12 ? {} : { timestamp: toIsoTime(seconds * 1000) }
}
