import { LimitError } from '@agentstream/client/wire'

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

export interface BoundedFetchOptions {
  readonly limitBytes: number
  /** Told beside the broken body: the library takes a stream that breaks for a lost connection, and waits for another. */
  readonly onTooLarge: (error: LimitError) => void
}

/**
 * A fetch for MCP that reads no more than `limitBytes` of any answer, so that a server cannot fill memory. Streams that only carry what
 * the server says unasked are declined without a request, as the protocol allows: nobody here would listen.
 */
export function boundedFetch(send: Fetch, { limitBytes, onTooLarge }: BoundedFetchOptions): Fetch {
  return async (url, init) => {
    const isUnasked = init?.method === 'GET' && !new Headers(init.headers).has('last-event-id')
    if (isUnasked) return new Response(null, { status: 405 })
    const response = await send(url, init)
    if (!response.body) return response
    const { status, statusText, headers } = response
    return new Response(response.body.pipeThrough(limited(limitBytes, onTooLarge)), { status, statusText, headers })
  }
}

function limited(limitBytes: number, onTooLarge: BoundedFetchOptions['onTooLarge']): TransformStream<Uint8Array, Uint8Array> {
  let total = 0
  return new TransformStream({
    transform(chunk, controller) {
      total += chunk.byteLength
      if (total <= limitBytes) return controller.enqueue(chunk)
      const error = new LimitError('The answer of the MCP server', limitBytes, 'bytes')
      controller.error(error)
      onTooLarge(error)
    },
  })
}
