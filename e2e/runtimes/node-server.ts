import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Runtime } from '@agentstream/edge'
import { nodeListener, nodeUpgrade } from '@agentstream/edge/node'
import { WebSocketServer } from 'ws'

/** A web handler behind Node's own server: a client that leaves aborts its request, and handshakes become sockets. */
export async function serve(
  handler: (request: Request, runtime?: Runtime) => Promise<Response>,
): Promise<{ url: string; close(): void; end(): Promise<void> }> {
  const server = createServer(nodeListener(handler))
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
