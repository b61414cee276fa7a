/** How much may be sent: a window beyond what the other side says it has read, in UTF-16 units. Sockets hold nobody back by themselves. */
export interface Credit {
  /** Resolves when something may be sent. */
  available(): Promise<void>
  isSpent(): boolean
  spend(length: number): void
  /** The other side has read this much since the beginning. */
  acknowledge(received: number): void
  /** Nobody will read any more: nothing waits. */
  release(): void
}

/** The most that is held for a client that does not read, and what one gets that names no window. */
const longestWindow = 1024 * 1024

export function createCredit(windowLength = longestWindow): Credit {
  const window = Math.min(windowLength, longestWindow)
  let sent = 0
  let read = 0
  let isReleased = false
  let wake = (): void => {}
  const isSpent = (): boolean => !isReleased && sent - read >= window
  return {
    async available() {
      while (isSpent()) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    isSpent,
    spend(length) {
      sent += length
    },
    acknowledge(received) {
      read = Math.min(Math.max(read, received), sent)
      wake()
    },
    release() {
      isReleased = true
      wake()
    },
  }
}
