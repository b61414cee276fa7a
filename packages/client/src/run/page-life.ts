/** What happens to a page besides its network. Servers and workers hear of nothing. */

/** Calls back when the page is left for good: not when the browser may bring it back as it was. Returns the way to stop that. */
export function onPageLeft(listener: () => void): () => void {
  return hear('pagehide', false, listener)
}

/** Calls back when the browser brings the page back as it was, with connections that are likely dead. Returns the way to stop that. */
export function onPageBack(listener: () => void): () => void {
  return hear('pageshow', true, listener)
}

function hear(type: 'pagehide' | 'pageshow', isKept: boolean, listener: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const onEvent = ({ persisted }: PageTransitionEvent): void => {
    if (persisted === isKept) listener()
  }
  globalThis.addEventListener(type, onEvent)
  return () => globalThis.removeEventListener(type, onEvent)
}
