import { cloudflareUpgrade } from '@agentstream/edge/cloudflare'
import { createApp } from './app.ts'
import { cases } from './cases.ts'
import { insideSocket } from './inside-socket.ts'

const app = createApp()
// The client inside a Worker: its fetch and its sockets reach the same app without a network.
const inside = {
  url: 'http://inside.test',
  fetch: (input: RequestInfo | URL, init?: RequestInit) => app(new Request(input, init)),
  WebSocket: insideSocket((request) => app(request, { upgrade: cloudflareUpgrade })),
}

export default {
  async fetch(request: Request, _env: unknown, context: { waitUntil(promise: Promise<unknown>): void }): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/inside/')) return app(request, { waitUntil: (ending) => context.waitUntil(ending), upgrade: cloudflareUpgrade })
    try {
      await cases[Number(pathname.slice('/inside/'.length))]?.run(inside)
      return new Response('passed')
    } catch (error) {
      return new Response(error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  },
}
