/** Who may open a socket. Browsers let any page open one to any server, with its cookies: the origin is all that tells. */
import { errorResponse } from '../error-response.ts'
import { allowedOrigins } from '../guard.ts'
import type { CorsOptions } from '../options.ts'

/** The response that refuses a handshake, if it is refused. */
export function refuseHandshake({ url, headers }: Request, cors: CorsOptions | false | undefined): Response | undefined {
  const origin = headers.get('origin')
  // Only browsers send one, and pages cannot change it.
  if (origin !== null && hostOf(origin) !== new URL(url).host && !allowedOrigins(cors).includes(origin)) return errorResponse('forbidden')
  // A chosen subprotocol is echoed, and people put tokens there.
  if (headers.has('sec-websocket-protocol'))
    return errorResponse('bad_request', { message: 'Sockets here have no subprotocol: send headers in the first message' })
  return undefined
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined // `null`, of a sandboxed page or a file.
  }
}
