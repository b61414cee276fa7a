import { type AgentClient, createAgentClient } from '../client.ts'
import type { AgentRun } from '../run/agent-run.ts'
import { immediately, type Schedule } from '../run/schedule.ts'
import type { AgentEvent } from '../wire/events/vocabulary.ts'
import { sse } from '../wire/frames/sse.ts'

/** One answer of a `scriptedFetch`: 200 and server-sent events, unless told. */
export interface ScriptedResponse {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /**
   * The body, in the chunks it arrives in. A promise among them holds the stream until it resolves; an error among them
   * breaks it there.
   */
  readonly body?: string | Iterable<string | Uint8Array | Error | Promise<unknown>>
  /** Leaves the body open at its end, as a server does that went silent. */
  readonly hangs?: boolean
}

export interface ScriptedFetch {
  readonly fetch: typeof globalThis.fetch
  /** What was asked for, in order. `aborted` tells whether the request was given up before its end. */
  readonly requests: readonly { readonly method: string; readonly url: string; readonly headers: Headers; readonly body: string; readonly aborted: boolean }[]
}

/** A fetch that answers from a script: the first request gets the first response, and the last one serves all further ones. */
export function scriptedFetch(...script: readonly (ScriptedResponse | Error)[]): ScriptedFetch {
  const requests: { method: string; url: string; headers: Headers; body: string; aborted: boolean }[] = []
  const fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const request = { method: init.method ?? 'GET', url: String(input), headers: new Headers(init.headers), body: String(init.body ?? ''), aborted: false }
    const response = script[Math.min(requests.push(request), script.length) - 1] ?? {}
    init.signal?.throwIfAborted()
    if (response instanceof Error) throw response
    const { status = 200, headers = { 'content-type': 'text/event-stream' }, body = '', hangs = false } = response
    const stream = scriptedBody(typeof body === 'string' ? [body] : body, { hangs, signal: init.signal ?? undefined, onCancel: () => (request.aborted = true) })
    return new Response([204, 205, 304].includes(status) ? null : stream, { status, headers })
  }
  return { fetch, requests }
}

interface BodyOptions {
  readonly hangs: boolean
  readonly signal: AbortSignal | undefined
  readonly onCancel: () => void
}

function scriptedBody(chunks: Iterable<string | Uint8Array | Error | Promise<unknown>>, { hangs, signal, onCancel }: BodyOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const iterator = chunks[Symbol.iterator]()
  let isOver = false
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        signal?.addEventListener('abort', () => {
          if (isOver) return
          isOver = true
          onCancel()
          controller.error(signal.reason)
        })
      },
      async pull(controller) {
        let next = iterator.next()
        for (; next.value instanceof Promise; next = iterator.next()) await next.value
        if (isOver) return
        if (next.value instanceof Error) controller.error(next.value)
        else if (next.value !== undefined) controller.enqueue(typeof next.value === 'string' ? encoder.encode(next.value) : next.value)
        if (!next.done) return
        // A pull that never ends is a body that never does.
        if (hangs) return new Promise(() => {})
        isOver = true
        controller.close()
      },
      cancel() {
        isOver = true
        onCancel()
      },
    },
    { highWaterMark: 0 },
  )
}

/**
 * A client each of whose runs says these events, without any server: for components and programs that are given a client.
 * Promises among the events hold the runs. Every answer to an approval request is accepted, every agent is called
 * `scripted`, and nothing was said in any conversation before.
 *
 * @example
 * const client = scriptedClient([{ type: 'token', content: 'High water at 14:05.' }, { type: 'completed', success: true }])
 */
export function scriptedClient(events: Iterable<AgentEvent | Promise<unknown>>): AgentClient {
  function* body(): Generator<string | Promise<unknown>> {
    for (const event of events) yield event instanceof Promise ? event : sse.encode({ data: JSON.stringify(event) })
  }
  const script = scriptedFetch({ body: { [Symbol.iterator]: body } })
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = String(input)
    if (url.includes('/sessions/')) return Response.json({ messages: [] })
    if (init?.method === 'DELETE') return Response.json({ outcome: 'cancelled' })
    if (/\/agents\/[^/]+$/.test(url)) return Response.json({ name: 'scripted' })
    return url.includes('/approvals/') ? Response.json({}) : script.fetch(input, init)
  }
  return createAgentClient({ url: 'scripted:', fetch })
}

/** One live run of a `scriptedClient`. It publishes at once unless told otherwise. */
export function scriptedRun(events: Iterable<AgentEvent | Promise<unknown>>, options: { id?: string; schedule?: Schedule } = {}): AgentRun {
  const { id, schedule = immediately } = options
  return scriptedClient(events).run('scripted', { schedule, ...(id === undefined ? {} : { runId: id }) })
}
