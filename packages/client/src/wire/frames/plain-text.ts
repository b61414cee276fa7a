import { pipe } from '../stage.ts'
import type { Framing } from './frame.ts'
import { textOfBytes } from './text.ts'

/**
 * Text without any frames: every chunk is one, cut where the network cut it, but never inside a character. It has no room for
 * ids and names, so a frame with a name is not written, and whoever writes an error has to break the connection off.
 */
export const plainText: Framing = {
  name: 'plain-text',
  contentType: 'text/plain',
  heartbeat: '',
  encode: (frame) => (frame.event === undefined ? frame.data : ''),
  decoder: () => pipe(textOfBytes(), { push: (data: string) => (data === '' ? [] : [{ data }]), end: () => [] }),
}
