import { LimitError } from '../../errors.ts'
import { takeFields, withFields } from './fields.ts'
import { defaultFramingLimits, type Framing } from './frame.ts'

/**
 * One JSON text per WebSocket message: the socket has cut already, so each input is a whole message. An empty message keeps
 * the connection alive. A socket has no content type; this one is that of a single message.
 */
export const message: Framing = {
  name: 'message',
  contentType: 'application/json',
  heartbeat: '',
  encode: withFields,
  decoder({ eventBytes } = defaultFramingLimits) {
    const utf8 = new TextDecoder()
    return {
      push(bytes) {
        if (bytes.length === 0) return []
        const text = utf8.decode(bytes)
        if (text.length > eventBytes) throw new LimitError('A message', eventBytes, 'bytes')
        return text.trim() === '' ? [] : [takeFields(text)]
      },
      end: () => [],
    }
  },
}
