/** Which run a conversation is at, for clients that know only the conversation. */
export interface LatestRuns {
  get(sessionKey: string): string | undefined
  set(sessionKey: string, runId: string): void
}

/** In the memory of this process; of too many, the conversation that began a run longest ago is forgotten. */
export function createLatestRuns(atMost = 10_000): LatestRuns {
  const runs = new Map<string, string>()
  return {
    get: (sessionKey) => runs.get(sessionKey),
    set(sessionKey, runId) {
      runs.delete(sessionKey)
      runs.set(sessionKey, runId)
      const [oldest] = runs.keys()
      if (runs.size > atMost && oldest !== undefined) runs.delete(oldest)
    },
  }
}
