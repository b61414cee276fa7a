import type { KvAtomic } from './kv-store.ts'

const attempts = 100
const pauseMs = 20

/**
 * Whether it was written. Where the store is a file, waits while another process writes to it: nothing was written then. After
 * any other failure something may have been, so it is not tried again.
 */
export async function commit(atomic: KvAtomic): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      return (await atomic.commit()).ok
    } catch (error) {
      if (attempt === attempts || !(error instanceof Error) || !error.message.includes('database is locked')) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
