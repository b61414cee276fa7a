// A value may have 64 KiB, its key and its like included.
const pieceBytes = 60_000

/** A text in pieces, each of which fits into a value. */
export function cut(text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(text)
  return Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, n) => bytes.slice(n * pieceBytes, (n + 1) * pieceBytes))
}

/** The text again, of all its pieces in order. */
export function join(pieces: readonly Uint8Array[]): string {
  const utf8 = new TextDecoder()
  return pieces.map((piece) => utf8.decode(piece, { stream: true })).join('') + utf8.decode()
}
