/** Enters: a link as a model wrote it. Leaves: a link that is safe to offer, with the target a reader must see, or nothing. */

export interface SafeLink {
  readonly href: string
  /** Where it really leads: the host (international names in their ASCII form), or the mail address. */
  readonly target: string
}

/** Only absolute `http:`, `https:` and `mailto:` links. Names and passwords before the host are dropped: they only serve deceit. */
export function safeLink(raw: string | undefined): SafeLink | undefined {
  const url = parse(raw)
  if (!url) return undefined
  if (url.protocol === 'mailto:') return { href: `mailto:${url.pathname}`, target: decode(url.pathname) }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined
  url.username = ''
  url.password = ''
  return { href: url.href, target: url.host }
}

function parse(raw: string | undefined): URL | undefined {
  if (raw === undefined) return undefined
  try {
    // The URL parser drops tabs, line breaks and leading controls just as browsers do before they follow a link.
    return new URL(raw)
  } catch {
    // A relative or broken link: a model has no pages of its own here, so there is nothing to lead to.
    return undefined
  }
}

function decode(address: string): string {
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}
