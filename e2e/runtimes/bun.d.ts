// What the tests use of Bun. Its own types would also change what `fetch` and `Request` are for every other file.
declare module 'bun:test' {
  export function test(name: string, run: () => Promise<void>, timeoutMs: number): void
  export function afterAll(run: () => unknown): void
  export function expect(actual: unknown): { toEqual(expected: unknown): void }
}

declare module 'bun:sqlite' {
  export const Database: new (file: string) => import('@agentstream/edge/sqlite').SqliteDatabase
}

declare const Bun: {
  serve(options: {
    port: number
    hostname?: string
    idleTimeout: number
    fetch(request: Request, server: import('@agentstream/edge/bun').BunServer): Promise<Response>
    websocket: typeof import('@agentstream/edge/bun').bunSocketListeners
  }): {
    readonly url: URL
    stop(closeConnections?: boolean): Promise<void>
  }
}
