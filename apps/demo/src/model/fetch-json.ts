/** What the demo's own routes answer, checked by the caller. Throws what `fetch` throws, and a TypeError for anything but success. */
export async function fetchJson(path: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(path, { signal })
  if (!response.ok) throw new TypeError(`${path} answered ${response.status}`)
  return response.json()
}
