import type { SocketUpgrade, UpgradedSocket } from './upgrade.ts'

/** What is used of Bun's server. */
export interface BunServer {
  upgrade(request: Request, options: { readonly data: BunSocketData }): boolean
}

/** What is used of Bun's sockets: they have one set of listeners for all of them. */
export interface BunSocket {
  readonly data: BunSocketData
  send(text: string): unknown
  close(code?: number, reason?: string): void
}

/** What each socket carries from its handshake to its listeners. */
export interface BunSocketData {
  onOpen(socket: BunSocket): void
  onMessage(data: unknown): void
  onClose(): void
}

/** For Bun, together with `bunSocketListeners`: `fetch: (request, server) => handler(request, { upgrade: bunUpgrade(server) })`. */
export function bunUpgrade(server: BunServer): SocketUpgrade {
  return (request) => {
    const { data, socket } = createBridge()
    if (!server.upgrade(request, { data })) return { response: new Response('Not a WebSocket handshake', { status: 400 }) }
    // Bun has answered; it looks at no response any more.
    return { socket, response: new Response(null) }
  }
}

/** For `Bun.serve({ websocket: bunSocketListeners, … })`. */
export const bunSocketListeners = {
  open: (socket: BunSocket): void => socket.data.onOpen(socket),
  message: (socket: BunSocket, data: unknown): void => socket.data.onMessage(data),
  close: (socket: BunSocket): void => socket.data.onClose(),
}

function createBridge(): { readonly data: BunSocketData; readonly socket: UpgradedSocket } {
  const onMessage = new Set<(event: { readonly data: unknown }) => void>()
  const onClose = new Set<() => void>()
  let bridged: BunSocket | undefined
  function addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  function addEventListener(type: 'close' | 'error', listener: () => void): void
  function addEventListener(type: 'message' | 'close' | 'error', listener: (event: { readonly data: unknown }) => void): void {
    if (type === 'message') onMessage.add(listener)
    if (type === 'close') onClose.add(() => listener({ data: undefined }))
  }
  return {
    data: {
      onOpen(socket) {
        bridged = socket
      },
      onMessage(data) {
        for (const listener of onMessage) listener({ data })
      },
      onClose() {
        for (const listener of onClose) listener()
      },
    },
    socket: { addEventListener, send: (text) => bridged?.send(text), close: (code, reason) => bridged?.close(code, reason) },
  }
}
