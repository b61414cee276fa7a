import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the agents of `deploy-agents.ts` report to, and wait for. */
export interface Bench {
  readonly url: string
  /** How often the tool ran since the gate was shut. */
  ran(): number
  /** Resolves when a model waits at the gate, in the middle of its answer. */
  waiting(): Promise<void>
  /** Lets through who waits, and whoever comes. */
  open(): void
  /** For the next test: who still waits is none of its. */
  shut(): void
  close(): void
}

export async function openBench(): Promise<Bench> {
  let runs = 0
  let isOpen = false
  const held = new Set<ServerResponse>()
  const watchers = new Set<() => void>()
  // No connection is closed while it is idle: a server that just then asked by it would take that for a failure of its model.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    if (request.url === '/ran') runs++
    if (request.url !== '/gate' || isOpen) return void response.end('go on')
    held.add(response)
    response.on('close', () => held.delete(response))
    for (const watcher of watchers) watcher()
    watchers.clear()
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo // a string only for sockets with a path
  const letThrough = (): void => {
    for (const response of held) response.end('go on')
    held.clear()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    ran: () => runs,
    waiting: () =>
      new Promise((arrived) => {
        if (held.size > 0) arrived()
        else watchers.add(arrived)
      }),
    open() {
      isOpen = true
      letThrough()
    },
    shut() {
      isOpen = false
      runs = 0
      letThrough()
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
