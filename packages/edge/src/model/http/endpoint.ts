import { ProviderError } from '../../errors.ts'

/** The address a provider posts to. Throws ProviderError for a base URL that cannot work. */
export function endpoint(baseURL: string | URL, { provider, path }: { readonly provider: string; readonly path: string }): URL {
  let url: URL
  try {
    url = new URL(baseURL)
  } catch {
    // The text itself stays out of the message: addresses of gateways can hold keys.
    throw new ProviderError(provider, `The baseURL of the ${provider} provider is not a URL`)
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new ProviderError(provider, `The baseURL of the ${provider} provider must be http or https`)
  let end = url.pathname.length
  while (url.pathname[end - 1] === '/') end--
  url.pathname = url.pathname.slice(0, end) + path
  return url
}

export interface HeaderOptions {
  readonly provider: string
  /** What the caller added. */
  readonly headers: Readonly<Record<string, string>> | undefined
  /** What the vendor asks for, the key among it; undefined ones are left out. These win. */
  readonly own: Readonly<Record<string, string | undefined>>
}

/** The headers of every request. Throws ProviderError for a character that no header can carry. */
export function requestHeaders({ provider, headers, own }: HeaderOptions): Headers {
  try {
    const all = new Headers({ 'content-type': 'application/json', ...headers })
    for (const [name, value] of Object.entries(own)) if (value) all.set(name, value)
    return all
  } catch {
    // The platform's own error quotes the value, which may be the key; it is neither repeated nor kept as the cause.
    throw new ProviderError(provider, `The key or a header of the ${provider} provider holds a character that a header cannot carry`)
  }
}
