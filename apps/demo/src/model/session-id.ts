/** Names a conversation: as hard to guess as a run. Works on pages without TLS, where `crypto.randomUUID` does not exist. */
export function newSessionId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
