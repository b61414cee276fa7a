/** Serves the demo's worker under `/api` of Vite's development server, and gives the page its content security policy. */
import process from 'node:process'
import type { Plugin, ViteDevServer } from 'vite'
import type { Fetch } from './faults.ts'
import type { DemoEnvironment } from './worker.ts'

/** All of the environment that the demo's server gets to see. */
const providerVariables = [
  ...['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'],
  ...['ANTHROPIC_API_KEY', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL'],
  ...['OLLAMA_BASE_URL', 'OLLAMA_MODEL'],
]

const worker = '/server/worker.ts'
const onNode = '/server/on-node.ts'
const sharedStorage = '/server/shared-storage.ts'

/** Nothing from elsewhere is ever loaded: neither scripts nor images, whatever a model writes. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

export function demoServer(): Plugin {
  return {
    name: 'agentstream-demo-server',
    configureServer(server) {
      let loaded: { module: unknown; handle: Fetch } | undefined
      const storageOf = once(async () => {
        // The module is ours, loaded by name; Vite cannot know its type.
        const { openSharedStorage } = (await server.ssrLoadModule(sharedStorage)) as typeof import('./shared-storage.ts')
        return openSharedStorage()
      })
      // Loaded anew when one of its files changes, so that server code takes effect without a restart.
      const load = () => Promise.all([server.ssrLoadModule(worker), storageOf()])
      const handle: Fetch = async (request, runtime) => {
        const [module, stores] = await load().catch((error: unknown) => {
          console.error(error)
          throw error
        })
        if (loaded?.module !== module) loaded = { module, handle: handlerOf(module, stores) }
        return loaded.handle(request, runtime)
      }
      // The same as above.
      const listeners = once(async () => (await server.ssrLoadModule(onNode)) as typeof import('./on-node.ts'))
      server.middlewares.use((incoming, outgoing, next) => {
        if (!incoming.url?.startsWith('/api/')) return next()
        listeners().then(({ toListener }) => toListener(handle)(incoming, outgoing), next)
      })
      server.httpServer?.once('listening', async () => server.httpServer?.on('upgrade', (await listeners()).toUpgradeListener(handle)))
      warmUp(server)
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_, { server }) =>
        // Vite's development client needs inline scripts and a socket; the built page needs neither.
        server ? [] : [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' }],
    },
  }
}

function handlerOf(module: Readonly<Record<string, unknown>>, storage: DemoEnvironment['storage']): Fetch {
  // The module is ours, loaded by name; Vite cannot know its type.
  const { createDemoHandler } = module as unknown as typeof import('./worker.ts')
  const environment = Object.fromEntries(providerVariables.map((name) => [name, process.env[name]]))
  return createDemoHandler({ ...environment, ...(storage ? { storage } : {}) })
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The first request should not wait for the server's modules. */
function warmUp(server: ViteDevServer): void {
  server.httpServer?.once('listening', () => {
    // A module that cannot be loaded is reported by the request that asks for it.
    server.ssrLoadModule(worker).catch(() => {})
  })
}
