import type { Upgraded, UpgradedSocket } from './upgrade.ts'

declare const Deno: { upgradeWebSocket(request: Request): { readonly socket: UpgradedSocket; readonly response: Response } }

/** For Deno: `Deno.serve((request) => handler(request, { upgrade: denoUpgrade }))`. */
export function denoUpgrade(request: Request): Upgraded {
  return Deno.upgradeWebSocket(request)
}
