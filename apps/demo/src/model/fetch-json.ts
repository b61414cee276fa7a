/** Asks a server; the one behind the page's address unless told. */
export type Ask = (request: Request) => Promise<Response>

export interface AskOptions {
  readonly signal?: AbortSignal
  readonly ask?: Ask
}

const overNetwork: Ask = (request) => fetch(request)

/** What the demo's own routes answer, checked by the caller. Throws what `fetch` throws, and a TypeError for anything but success. */
export async function fetchJson(path: string, { signal, ask = overNetwork }: AskOptions = {}): Promise<unknown> {
  return answerOf(path, await ask(new Request(addressOf(path), signal ? { signal } : {})))
}

/** The same for a route that is told something. */
export async function postJson(path: string, body: unknown, { ask = overNetwork }: AskOptions = {}): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  return answerOf(path, await ask(new Request(addressOf(path), { method: 'POST', headers, body: JSON.stringify(body) })))
}

const addressOf = (path: string): URL => new URL(path, window.location.href)

function answerOf(path: string, response: Response): Promise<unknown> {
  if (!response.ok) throw new TypeError(`${path} answered ${response.status}`)
  return response.json()
}
