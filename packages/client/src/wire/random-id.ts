/** Hexadecimal text that cannot be guessed: 128 random bits unless told. `crypto.randomUUID` is missing on pages without TLS. */
export function randomId(bytes = 16): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
