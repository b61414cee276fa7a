/** The tree of `one-tree.browser.test.tsx`, rendered on a server: the same HTML over whatever carries the run. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAgentClient, fetchTransport, immediately, inProcessTransport, socketTransport, type Transport } from '@agentstream/client'
import { nodeListener, nodeUpgrade } from '@agentstream/edge/node'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterEach, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { RunPanel, serve, toldState } from '../test/one-run.tsx'

type Handler = ReturnType<typeof serve>

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(handler: Handler): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer(nodeListener(handler))
  server.on('upgrade', nodeUpgrade({ handler, sockets }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api` // a string only for sockets with a path
}

const carriers: readonly [string, (handler: Handler) => Transport][] = [
  ['fetch', () => fetchTransport()],
  ['a socket', () => socketTransport({ WebSocket })],
  ['no network', (handler) => inProcessTransport(handler)],
]

test.each(carriers)('over %s', async (_, transportOf) => {
  const handler = serve()
  const client = createAgentClient({ url: await listen(handler), transport: transportOf(handler), retry: false })
  const { state } = await client.run('Tell me of tides', { schedule: immediately }).result()
  expect(state.integrity).toBe('verified')
  expect(renderToStaticMarkup(<RunPanel state={state} />)).toBe(renderToStaticMarkup(<RunPanel state={toldState()} />))
})
