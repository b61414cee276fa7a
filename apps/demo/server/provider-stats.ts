/** What the demo's server can say about its model provider, so that anybody can check that a cancelled run really stops it. */
import type { StreamingProvider } from '@agentstream/edge'

export interface ProviderStats {
  readonly providerRequests: number
  readonly aborted: number
  readonly running: number
}

export interface ProviderCounter {
  readonly stats: ProviderStats
  counted(provider: StreamingProvider): StreamingProvider
}

export function createProviderCounter(): ProviderCounter {
  const stats = { providerRequests: 0, aborted: 0, running: 0 }
  return {
    stats,
    counted: (provider) => ({
      info: provider.info,
      async *stream(request, options) {
        stats.providerRequests += 1
        stats.running += 1
        try {
          yield* provider.stream(request, options)
        } finally {
          stats.running -= 1
          if (options.signal.aborted) stats.aborted += 1
        }
      },
    }),
  }
}
