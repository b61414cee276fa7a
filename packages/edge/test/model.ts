/** What a model's server says, and what a provider makes of it. */
import type { ModelDelta, ModelRequest, StreamingProvider } from '../src/model/provider.ts'

/** One piece of a chat completion, as a server-sent event. */
export const say = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`

/** A response that gives these texts, then stays open until it is cancelled. */
export function openBody(...texts: string[]) {
  const body = { cancelled: false, reads: 0 }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const text = texts[body.reads++]
        if (text === undefined) return new Promise(() => {})
        controller.enqueue(new TextEncoder().encode(text))
        return undefined
      },
      cancel() {
        body.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, response: new Response(stream, { headers: { 'content-type': 'text/event-stream' } }) }
}

export interface Heard {
  readonly deltas: readonly ModelDelta[]
  readonly text: string
  readonly thinking: string
  /** What it threw. */
  readonly error: unknown
}

/** Everything a provider says, up to its end or its error. */
export async function hear(provider: StreamingProvider, request: ModelRequest, signal = new AbortController().signal): Promise<Heard> {
  const deltas: ModelDelta[] = []
  let error: unknown
  try {
    for await (const delta of provider.stream(request, { signal })) deltas.push(delta)
  } catch (caught) {
    error = caught
  }
  const said = (type: 'text' | 'thinking'): string => deltas.map((delta) => (delta.type === type ? delta.text : '')).join('')
  return { deltas, error, text: said('text'), thinking: said('thinking') }
}
