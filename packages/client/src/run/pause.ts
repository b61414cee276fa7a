import { linkedController, sleep } from '../abort.ts'
import { onPage } from './page-life.ts'

/** True when the platform is sure that there is no network. Servers and most workers do not know. */
export function isOffline(): boolean {
  return typeof navigator === 'object' && navigator.onLine === false
}

/** Waits before another attempt. The network or the page coming back ends the wait, and so does the signal; the caller looks at it. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { controller, release } = linkedController(signal)
  const wake = (): void => controller.abort()
  // Only browsers tell; elsewhere a global scope need not hear events at all.
  const scope: Partial<Pick<typeof globalThis, 'addEventListener' | 'removeEventListener'>> = globalThis
  scope.addEventListener?.('online', wake)
  const stop = onPage('pageshow', wake)
  await sleep(ms, controller.signal)
  scope.removeEventListener?.('online', wake)
  stop()
  release()
}
