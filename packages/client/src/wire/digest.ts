/**
 * A rolling FNV-1a over the UTF-16 units of every event's JSON text, in order. Both ends keep one number; when they
 * agree at the end of a run, no event was lost, repeated, reordered or changed on the way.
 */
export const emptyDigest = 0x811c9dc5

/** The digest after one more event. Linear in the text; no allocation. */
export function extendDigest(digest: number, text: string): number {
  let hash = digest
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** As it travels: eight hexadecimal digits. */
export function formatDigest(digest: number): string {
  return (digest >>> 0).toString(16).padStart(8, '0')
}
