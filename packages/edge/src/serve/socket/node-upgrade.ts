import { toHeaders, toUrl } from '../node-request.ts'
import type { Runtime } from '../options.ts'
import type { Upgraded, UpgradedSocket } from './upgrade.ts'

/** What is used of Node's `IncomingMessage`. */
export interface NodeIncoming {
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What is used of Node's socket. */
export interface NodeSocket {
  end(text: string): unknown
  on(event: 'error', listener: () => void): unknown
}

/** What is used of the `WebSocketServer` of the package `ws`, made with `{ noServer: true }`. Give it a `maxPayload` too. */
export interface NodeSocketServer<Incoming, Socket> {
  handleUpgrade(incoming: Incoming, socket: Socket, head: Uint8Array, done: (socket: UpgradedSocket) => void): void
}

/** What makes sockets of handshakes, and what answers them. */
export interface NodeUpgradeOptions<Incoming, Socket> {
  readonly sockets: NodeSocketServer<Incoming, Socket>
  /** What `createAgentHandler` made. */
  readonly handler: (request: Request, runtime: Runtime) => Promise<Response>
}

/** For Node: `server.on('upgrade', nodeUpgrade({ handler, sockets: new WebSocketServer({ noServer: true }) }))`. */
export function nodeUpgrade<Incoming extends NodeIncoming, Socket extends NodeSocket>({
  sockets,
  handler,
}: NodeUpgradeOptions<Incoming, Socket>): (incoming: Incoming, socket: Socket, head: Uint8Array) => void {
  return (incoming, socket, head) => {
    let isUpgraded = false
    const upgrade = (): Upgraded => {
      let opened: UpgradedSocket | undefined
      isUpgraded = true
      // Answers before it returns: with the socket, or with a refusal of a handshake that is not well formed.
      sockets.handleUpgrade(incoming, socket, head, (made) => {
        opened = made
      })
      // Both are on the wire already.
      return { response: new Response(null), ...(opened ? { socket: opened } : {}) }
    }
    const answer = async (): Promise<void> => {
      const response = await handler(new Request(toUrl(incoming), { headers: toHeaders(incoming) }), { upgrade })
      if (!isUpgraded) socket.end(await toText(response))
    }
    // Whoever leaves during the handshake is not told how it went.
    socket.on('error', () => {})
    answer().catch(() => socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'))
  }
}

async function toText(response: Response): Promise<string> {
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return `HTTP/1.1 ${response.status} Refused\r\n${head}connection: close\r\n\r\n${await response.text()}`
}
