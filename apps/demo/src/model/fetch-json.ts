/** What the demo's own routes answer, checked by the caller. Throws what `fetch` throws, and a TypeError for anything but success. */
export async function fetchJson(path: string, signal?: AbortSignal): Promise<unknown> {
  return answerOf(path, await fetch(path, signal ? { signal } : {}))
}

/** The same for a route that is told something. */
export async function postJson(path: string, body: unknown): Promise<unknown> {
  return answerOf(path, await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
}

function answerOf(path: string, response: Response): Promise<unknown> {
  if (!response.ok) throw new TypeError(`${path} answered ${response.status}`)
  return response.json()
}
