// A server of a model that never stops talking, in the words of every provider, which remembers when it was left.

export interface ModelCall {
  readonly path: string
  /** Pieces of the answer that were sent. */
  pieces: number
  /** Milliseconds since 1970. Absent while somebody reads. */
  leftAt?: number
}

interface Words {
  readonly opening?: string
  readonly piece: string
  readonly contentType?: string
}

const chat: Words = { piece: 'data: {"choices":[{"index":0,"delta":{"content":"tick "}}]}\n\n' }
const blockStart = '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}'

/** By the last part of the address. */
const words: Readonly<Record<string, Words>> = {
  completions: chat,
  responses: { piece: 'data: {"type":"response.output_text.delta","output_index":0,"delta":"tick "}\n\n' },
  messages: {
    opening: `data: {"type":"message_start","message":{}}\n\ndata: ${blockStart}\n\n`,
    piece: 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"tick "}}\n\n',
  },
  chat: { piece: '{"message":{"content":"tick "},"done":false}\n', contentType: 'application/x-ndjson' },
}

const pieceMs = 10

/** Requests go in, endless answers come out; `GET` says what became of them. */
export function createModelServer(): (request: Request) => Promise<Response> {
  const calls: ModelCall[] = []
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (request.method === 'GET') return Response.json(calls)
    const said = words[pathname.slice(pathname.lastIndexOf('/') + 1)]
    if (!said) return new Response(null, { status: 404 })
    await request.text()
    const { opening = '', piece, contentType = 'text/event-stream' } = said
    const call: ModelCall = { path: pathname, pieces: 0 }
    calls.push(call)
    const utf8 = new TextEncoder()
    let timer: ReturnType<typeof setInterval> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(utf8.encode(opening + piece))
        timer = setInterval(() => {
          call.pieces++
          controller.enqueue(utf8.encode(piece))
        }, pieceMs)
      },
      cancel() {
        clearInterval(timer)
        call.leftAt = Date.now()
      },
    })
    return new Response(body, { headers: { 'content-type': contentType } })
  }
}
