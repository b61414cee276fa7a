import type { TakenRun } from './journal.ts'

/** Which runs this process holds: by a secret per run, so that a former holder is told from the one after it. */
export interface Leaseholder {
  open(runId: string, claim: (owner: string) => 'producer' | 'reader' | Promise<'producer' | 'reader'>): Promise<'producer' | 'reader'>
  takeUp(runId: string, claim: (owner: string) => TakenRun | undefined | Promise<TakenRun | undefined>): Promise<TakenRun | undefined>
  /** The secret of a run; one that opens nothing when this process does not hold it. */
  of(runId: string): string
  release(runId: string): void
}

export function createLeaseholder(): Leaseholder {
  const secrets = new Map<string, string>()
  return {
    async open(runId, claim) {
      const secret = crypto.randomUUID()
      const role = await claim(secret)
      if (role === 'producer') secrets.set(runId, secret)
      return role
    },
    async takeUp(runId, claim) {
      const secret = crypto.randomUUID()
      const taken = await claim(secret)
      if (taken) secrets.set(runId, secret)
      return taken
    },
    of: (runId) => secrets.get(runId) ?? '',
    release(runId) {
      secrets.delete(runId)
    },
  }
}
