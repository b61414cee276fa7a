/** Where steps that run at once put what they have to say, and their one reader takes it. */
export interface Mailbox<T> {
  /** Puts something in. `taken` is called once it was taken out, or nobody will read it any more. */
  put(item: T, taken?: () => void): void
  /** Puts something in and waits until it was taken out: the way of whoever can wait. */
  send(item: T): Promise<void>
  /** What is in it, in order; waits for something. One reader at a time. */
  take(): Promise<readonly T[]>
  /** Whether something is in it. */
  isWaiting(): boolean
  /** Nobody reads it any more: what comes is dropped, who waits goes on. */
  close(): void
}

export function createMailbox<T>(): Mailbox<T> {
  let held: { item: T; taken?: (() => void) | undefined }[] = []
  let wake = (): void => {}
  let isOpen = true
  const empty = (): typeof held => {
    const taken = held
    held = []
    for (const one of taken) one.taken?.()
    return taken
  }
  const put: Mailbox<T>['put'] = (item, taken) => {
    if (!isOpen) return taken?.()
    held.push({ item, taken })
    wake()
  }
  return {
    put,
    send: (item) => new Promise((resolve) => put(item, resolve)),
    async take() {
      if (held.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return empty().map(({ item }) => item)
    },
    isWaiting: () => held.length > 0,
    close() {
      isOpen = false
      empty()
    },
  }
}
