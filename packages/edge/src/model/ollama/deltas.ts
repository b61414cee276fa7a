import type { Frame, Stage } from '@agentstream/client/wire'
import * as z from 'zod'
import { ProviderError } from '../../errors.ts'
import type { StreamDelta } from '../call-provider.ts'
import { closedEarly, readFrame, statedError } from '../http/read-frame.ts'
import type { FinishReason, TokenUsage } from '../provider.ts'

const text = z.string().nullish()
const count = z.number().nullish()

const toolCall = z.object({
  id: text,
  function: z.object({ name: text, arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }),
})

const line = z.object({
  message: z.object({ content: text, thinking: text, tool_calls: z.array(toolCall).nullish() }).nullish(),
  // `/api/generate` says the same beside `response`.
  response: text,
  thinking: text,
  done: z.boolean().nullish(),
  done_reason: text,
  error: z.unknown().optional(),
  prompt_eval_count: count,
  eval_count: count,
  total_duration: count,
  load_duration: count,
  prompt_eval_duration: count,
  eval_duration: count,
})
type Line = z.infer<typeof line>

/**
 * Lines of Ollama's `/api/chat` or `/api/generate` to deltas. Calls come whole, as objects. Finished means a line with
 * `done: true`, which also holds the figures; an answer in one piece is just that line.
 */
export function ollamaDeltas(provider = 'ollama'): Stage<Frame, StreamDelta> {
  let calls = 0
  let over = false
  const fail = (error: ProviderError): readonly StreamDelta[] => {
    over = true
    return [{ type: 'failure', error }]
  }
  const callDelta = ({ id, function: { name, arguments: stated } }: z.infer<typeof toolCall>): StreamDelta => {
    const text = typeof stated === 'string' ? stated : JSON.stringify(stated ?? {})
    return { type: 'tool_call', index: calls++, ...(id ? { id } : {}), ...(name ? { name } : {}), arguments: text }
  }
  const finish = (last: Line): readonly StreamDelta[] => {
    over = true
    const usage = usageOf(last)
    return [...(usage ? [{ type: 'usage', usage } as const] : []), { type: 'finish', reason: reasonOf(last, calls) }, { type: 'done' }]
  }
  const read = (said: Line): readonly StreamDelta[] => {
    if (said.error !== undefined && said.error !== null) return fail(statedError(said.error, provider))
    const out: StreamDelta[] = []
    const thinking = said.message?.thinking || said.thinking
    const content = said.message?.content || said.response
    if (thinking) out.push({ type: 'thinking', text: thinking })
    if (content) out.push({ type: 'text', text: content })
    out.push(...(said.message?.tool_calls ?? []).map(callDelta))
    return said.done ? [...out, ...finish(said)] : out
  }
  return {
    push(frame) {
      if (over || frame.data.trim() === '') return []
      const said = readFrame(frame, { provider, schema: line })
      return said instanceof ProviderError ? fail(said) : read(said)
    },
    end: () => (over ? [] : fail(closedEarly(provider))),
  }
}

function reasonOf({ done_reason }: Line, calls: number): FinishReason {
  if (done_reason === 'length') return 'length'
  // Older servers give no reason.
  if ((done_reason ?? 'stop') !== 'stop') return 'other'
  return calls > 0 ? 'tool_calls' : 'stop'
}

/** Counts and times of the last line, or undefined when it states no count. */
function usageOf(last: Line): TokenUsage | undefined {
  const { prompt_eval_count, eval_count } = last
  if (typeof prompt_eval_count !== 'number' && typeof eval_count !== 'number') return undefined
  const nanoseconds = { total: last.total_duration, load: last.load_duration, input: last.prompt_eval_duration, output: last.eval_duration }
  const stated = Object.entries(nanoseconds).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value / 1e6] as const] : []))
  return {
    // Left out when the whole prompt was still in memory.
    inputTokens: prompt_eval_count ?? 0,
    outputTokens: eval_count ?? 0,
    ...(stated.length > 0 ? { durationsMs: Object.fromEntries(stated) } : {}),
  }
}
