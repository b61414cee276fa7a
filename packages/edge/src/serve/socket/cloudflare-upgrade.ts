import type { Upgraded, UpgradedSocket } from './upgrade.ts'

declare const WebSocketPair: new () => { readonly 0: object; readonly 1: UpgradedSocket & { accept(): void } }

/** For a Worker: `(request, env, context) => handler(request, { waitUntil: (ending) => context.waitUntil(ending), upgrade: cloudflareUpgrade })`. */
export function cloudflareUpgrade(): Upgraded {
  const { 0: client, 1: socket } = new WebSocketPair()
  socket.accept()
  const init: ResponseInit & { readonly webSocket: object } = { status: 101, webSocket: client }
  return { socket, response: new Response(null, init) }
}
