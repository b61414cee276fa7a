import type { Framing } from './frame.ts'

/**
 * Text without any frames: every chunk is one, cut where the network cut it, but never inside a character. It has no room for
 * ids and names, so a frame with a name is not written, and whoever writes an error has to break the connection off.
 */
export const plainText: Framing = {
  name: 'plain-text',
  contentType: 'text/plain',
  heartbeat: '',
  encode: (frame) => (frame.event === undefined ? frame.data : ''),
  decoder() {
    const utf8 = new TextDecoder()
    const frames = (data: string) => (data === '' ? [] : [{ data }])
    return { push: (bytes) => frames(utf8.decode(bytes, { stream: true })), end: () => frames(utf8.decode()) }
  },
}
