/** Where one streamed response can be broken while it flows. Bytes go in, bytes come out: fewer, more, none, or no end. */
export interface Valve {
  /** Breaks the connection, as a network does. */
  cut(): void
  /** Sends the newest piece once more. */
  repeat(): void
  /** Says nothing any more, and stays open. */
  silence(): void
}

/** `onClose` is called once, however the response ends. */
export function createValve(source: Response, onClose: () => void): Valve & { readonly response: Response } {
  const reader = source.body?.getReader()
  let newest: Uint8Array<ArrayBuffer> | undefined
  let isSilent = false
  let isOpen = true
  let out: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    onClose()
  }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      out = controller
    },
    async pull(controller) {
      try {
        const read = await reader?.read()
        if (!isOpen) return
        // A reader that is never answered waits, as one does on a dead line.
        if (isSilent) return new Promise(() => {})
        if (read?.value) {
          newest = read.value
          return controller.enqueue(read.value)
        }
        close()
        controller.close()
      } catch (error) {
        if (!isOpen) return
        close()
        controller.error(error)
      }
    },
    async cancel(reason) {
      close()
      await reader?.cancel(reason)
    },
  })
  return {
    response: new Response(body, source),
    cut() {
      if (!isOpen) return
      close()
      out?.error(new DOMException('The demo was asked to cut the connection', 'AbortError'))
      // The source is told, and what it answers concerns nobody.
      reader?.cancel().catch(() => {})
    },
    repeat() {
      if (isOpen && !isSilent && newest) out?.enqueue(newest)
    },
    silence() {
      isSilent = true
    },
  }
}
