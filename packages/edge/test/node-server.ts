/** A fetch handler behind Node's own server, on a port of its own, with sockets. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { nodeListener } from '../src/serve/node-listener.ts'
import { nodeUpgrade } from '../src/serve/socket/node-upgrade.ts'

export interface NodeServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  /** Ends every connection, too. */
  close(): void
}

export async function startServer(handler: (request: Request) => Promise<Response>): Promise<NodeServer> {
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer(nodeListener(handler)).on('upgrade', nodeUpgrade({ handler, sockets }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a string only for sockets with a path
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      for (const socket of sockets.clients) socket.terminate()
      server.closeAllConnections()
      server.close()
    },
  }
}
