/** What a runtime brings so that a request can become a socket. */

/** What is used of a runtime's server-side socket; all but Bun's have it as it is. */
export interface UpgradedSocket {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close' | 'error', listener: () => void): void
  send(text: string): unknown
  close(code: number, reason: string): void
}

/** Without a socket, the response refuses. */
export interface Upgraded {
  readonly response: Response
  readonly socket?: UpgradedSocket
}

/** Answers a WebSocket handshake. It must not choose a subprotocol: whatever a client offers there may be a secret. */
export type SocketUpgrade = (request: Request) => Upgraded

/** What a socket may say, and how long it may stay silent. */
export interface SocketOptions {
  /**
   * Headers that a socket's first message may add to its handshake, since browsers cannot; `authorization` unless told. List
   * none that a proxy in front of the server sets or removes: what is inside a message passes it unseen.
   */
  readonly headers?: readonly string[]
  /** How long a new socket may stay silent; 10 seconds unless told. */
  readonly firstMessageTimeoutMs?: number
}
