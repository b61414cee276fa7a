/** The demo on Node: requests become Request, and handshakes under `/api` sockets of the demo's; any other is somebody else's. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { nodeListener, nodeUpgrade } from '@agentstream/edge/node'
import { WebSocketServer } from 'ws'
import type { Fetch } from './faults.ts'

export function toUpgradeListener(handler: Fetch): (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const upgrade = nodeUpgrade({ handler, sockets: new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 }) })
  return (incoming, socket, head) => {
    if (incoming.url?.startsWith('/api/')) upgrade(incoming, socket, head)
  }
}

export const toListener = (handler: Fetch) => nodeListener(handler)
