/** What Node's requests and handshakes have in common, in the platform's words. */

interface NodeHead {
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly socket?: object
}

/** Throws a TypeError where the host is none. */
export function toUrl({ url = '/', headers, socket }: NodeHead): URL {
  const scheme = socket && 'encrypted' in socket && socket.encrypted ? 'https' : 'http'
  // HTTP/2 has the host under another name.
  const origin = `${scheme}://${headers[':authority'] ?? headers['host'] ?? 'localhost'}`
  // What begins with two slashes is a path here; to a URL it would be another host.
  return url.startsWith('/') ? new URL(origin + url) : new URL(url, origin)
}

export function toHeaders({ headers }: NodeHead): Headers {
  const pairs = Object.entries(headers).flatMap(([name, value]) => [value ?? []].flat().map((one): [string, string] => [name, one]))
  // Those that begin with a colon are HTTP/2's own.
  return new Headers(pairs.filter(([name]) => !name.startsWith(':')))
}
