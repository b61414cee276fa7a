/** What happens to a page besides its network. Servers and workers hear of nothing. */

/**
 * Calls back when the page is left for good (`pagehide`), not when the browser may bring it back as it was; or when the browser
 * does bring it back (`pageshow`), with connections that are likely dead. Returns the way to stop that.
 */
export function onPage(type: 'pagehide' | 'pageshow', listener: () => void): () => void {
  if (typeof document === 'undefined') return () => {}
  const onEvent = ({ persisted }: PageTransitionEvent): void => {
    if (persisted === (type === 'pageshow')) listener()
  }
  globalThis.addEventListener(type, onEvent)
  return () => globalThis.removeEventListener(type, onEvent)
}
