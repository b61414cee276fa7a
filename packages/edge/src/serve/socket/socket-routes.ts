import { Hono } from 'hono'
import { errorResponse } from '../error-response.ts'
import type { Env } from '../guard.ts'
import type { CorsOptions, Runtime } from '../options.ts'
import { refuseHandshake } from './handshake.ts'
import { serveSocket } from './serve-socket.ts'
import type { SocketOptions } from './upgrade.ts'

export interface SocketRouteOptions {
  readonly basePath: string
  readonly cors: CorsOptions | false | undefined
  readonly sockets: SocketOptions
  readonly maxMessageBytes: number
  readonly onError: (error: unknown) => void
  readonly handle: (request: Request, runtime: Runtime | undefined) => Promise<Response>
}

/** Whether a request wants to become a socket. */
export function isUpgrade(request: Request): boolean {
  return request.headers.get('upgrade')?.toLowerCase() === 'websocket'
}

/** The address for sockets. It stands alone: what a runtime answers a handshake with must reach the runtime untouched by middleware. */
export function createSocketRoutes({ basePath, cors, sockets, maxMessageBytes, handle, onError }: SocketRouteOptions): Hono<Env> {
  const mayAddHeaders = (sockets.headers ?? ['authorization']).map((name) => name.toLowerCase())
  const app = new Hono<Env>().basePath(basePath)
  app.get('/agents/:agent/socket', ({ req: { raw: request }, env: { runtime } }) => {
    const refusal = refuseHandshake(request, cors)
    if (refusal) return refusal
    if (!runtime?.upgrade) return errorResponse('no_sockets')
    const { response, socket } = runtime.upgrade(request)
    if (socket) {
      serveSocket(socket, {
        handshake: request,
        handle: (inner) => handle(inner, runtime),
        mayAddHeaders,
        maxMessageBytes,
        firstMessageTimeoutMs: sockets.firstMessageTimeoutMs ?? 10_000,
      })
    }
    return response
  })
  app.notFound(() => errorResponse('not_found'))
  app.onError((error) => {
    onError(error)
    return errorResponse('internal')
  })
  return app
}
