/**
 * A rolling FNV-1a over the UTF-16 units of every event's JSON text, in order. Both ends keep one number; when they
 * agree at the end of a run, no event was lost, repeated, reordered or changed on the way.
 */
export const emptyDigest = 0x811c9dc5
const prime = 0x01000193

/** The digest after one more event. Linear in the text; no allocation. */
export function extendDigest(digest: number, text: string): number {
  let hash = digest
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime)
  return hash
}

/** Uses before a text is worth a table, which costs as much as some hundred of them. */
const worthTable = 256

/**
 * `extendDigest` for one text that comes again and again: after a while a single step, however long the text. A unit below 128
 * touches the low seven bits of a digest only, and these alone decide what it does to the rest: so a whole text multiplies by a
 * power of the prime, and adds one of 128 numbers.
 */
export function repeatedDigest(text: string): (digest: number) => number {
  const isAscii = /^[\0-\x7f]*$/.test(text)
  let uses = 0
  let power = 1
  let added: Int32Array | undefined
  const prepare = (): Int32Array => {
    for (let i = 0; i < text.length; i++) power = Math.imul(power, prime)
    return Int32Array.from({ length: 128 }, (_, low) => extendDigest(low, text) - Math.imul(power, low))
  }
  return (digest) => {
    if (!isAscii || ++uses < worthTable) return extendDigest(digest, text)
    added ??= prepare()
    return (Math.imul(power, digest) + (added[digest & 127] ?? 0)) | 0
  }
}

/** As it travels: eight hexadecimal digits. */
export function formatDigest(digest: number): string {
  return (digest >>> 0).toString(16).padStart(8, '0')
}
