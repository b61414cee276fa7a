import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Runtime } from '@agentstream/edge'
import { nodeUpgrade } from '@agentstream/edge/node'
import { WebSocketServer } from 'ws'

/** A web handler behind Node's own server: a client that leaves aborts its request, and handshakes become sockets. */
export async function serve(
  handler: (request: Request, runtime?: Runtime) => Promise<Response>,
): Promise<{ url: string; close(): void; end(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    // Whoever left is not told.
    answer(handler, incoming, outgoing).catch(() => outgoing.destroy())
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 })
  server.on('upgrade', nodeUpgrade({ handler, sockets }))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // a string only for sockets with a path
  return {
    url: `http://127.0.0.1:${port}`,
    /** Sends what is under way to its end; who watches what goes on elsewhere is cut a little later. */
    end() {
      setTimeout(() => server.closeAllConnections(), 1_000)
      return new Promise((ended) => server.close(() => ended()))
    },
    close() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}

async function answer(handler: (request: Request) => Promise<Response>, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController()
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) gone.abort()
  })
  const { method = 'GET', headers, url = '/' } = incoming
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' }
  const sent = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]))
  const response = await handler(new Request(new URL(url, `http://${headers.host}`), { method, headers: sent, signal: gone.signal, ...body }))
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body) await pipeline(response.body, outgoing)
  else outgoing.end()
}
