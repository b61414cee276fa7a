/** A real server for pages of browser tests: they cannot start one, and ask the test run to. */
import { fileURLToPath } from 'node:url'
import type { BrowserCommand } from 'vitest/node'

// Asked for by its address: the modules of a test run resolve to sources, those of its configuration do not.
const module = fileURLToPath(new URL('../packages/edge/test/real-server.ts', import.meta.url))
type Listen = typeof import('../packages/edge/test/real-server.ts').listen

const servers = new Map<string, Awaited<ReturnType<Listen>>>()

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Starts a server that trusts pages of this origin, and gives its address. */
    serve(origin: string): Promise<string>
    /** Of each request that its agents' model got: whether it was aborted. */
    aborted(url: string): Promise<readonly boolean[]>
    close(url: string): Promise<void>
  }
}

const serve: BrowserCommand<[origin: string], Promise<string>> = async ({ project }, origin) => {
  const { listen } = await project.import<{ listen: Listen }>(module)
  const server = await listen({ cors: { origins: [origin] } })
  servers.set(server.url, server)
  return server.url
}
const aborted: BrowserCommand<[url: string], readonly boolean[]> = (_, url) => servers.get(url)?.provider.calls.map((call) => call.aborted) ?? []
const close: BrowserCommand<[url: string], void> = (_, url) => {
  servers.get(url)?.close()
  servers.delete(url)
}

export const servedPages = { serve, aborted, close }
