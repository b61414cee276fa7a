import type { ClientSocket } from '@agentstream/client'

type WorkerSocket = ClientSocket & { accept(): void }

/** A WebSocket of a Worker to a handler in the same Worker: the client's end of the pair, as if it had been dialled. */
export function insideSocket(handler: (request: Request) => Promise<Response>): new (url: string) => ClientSocket {
  return class implements ClientSocket {
    readonly #listeners: [string, (event: never) => void][] = []
    #socket: WorkerSocket | undefined

    constructor(url: string) {
      this.#open(url.replace(/^ws/, 'http')).catch((error: unknown) => this.#tell('close', { code: 1006, reason: String(error) }))
    }

    async #open(url: string): Promise<void> {
      const response: Response & { readonly webSocket?: WorkerSocket } = await handler(new Request(url, { headers: { upgrade: 'websocket' } }))
      if (!response.webSocket) return this.#tell('close', { code: 1006, reason: '' })
      this.#socket = response.webSocket
      for (const [type, listener] of this.#listeners) this.#socket.addEventListener(type as 'close', listener as () => void)
      this.#socket.accept()
      this.#tell('open', {})
    }

    #tell(type: string, event: object): void {
      for (const [told, listener] of this.#listeners) if (told === type) listener(event as never)
    }

    addEventListener(type: string, listener: (event: never) => void): void {
      this.#listeners.push([type, listener])
      this.#socket?.addEventListener(type as 'close', listener as () => void)
    }
    send(text: string): void {
      this.#socket?.send(text)
    }
    close(): void {
      this.#socket?.close()
    }
  }
}
