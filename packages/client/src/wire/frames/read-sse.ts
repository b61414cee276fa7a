import { createParser } from 'eventsource-parser'
import { LimitError } from '../../errors.ts'
import { defaultFramingLimits, type Frame, type FramingReader } from './frame.ts'

/** Server-sent events without what writes them, so that a page that only reads loads nothing more. */
export const readSse: FramingReader = {
  name: 'sse',
  contentType: 'text/event-stream',
  decoder({ eventBytes } = defaultFramingLimits) {
    const utf8 = new TextDecoder()
    let out: Frame[] = []
    let retryMs: number | undefined
    // Since something was whole. The parser counts characters, of which three bytes may be one, that is kept in two.
    let heldBytes = 0
    const overLimit = (): never => {
      throw new LimitError('An event', eventBytes, 'bytes')
    }
    const parser = createParser({
      maxBufferSize: eventBytes,
      onEvent(message) {
        if (message.data.length > eventBytes) overLimit()
        out.push(retryMs === undefined ? message : { ...message, retryMs })
        retryMs = undefined
      },
      onRetry(ms) {
        retryMs = ms
      },
      onError(error) {
        // Unknown fields and bad retry values are to be ignored (same section of the standard).
        if (error.type === 'max-buffer-size-exceeded') overLimit()
      },
    })
    const feed = (text: string): readonly Frame[] => {
      out = []
      parser.feed(text)
      return out
    }
    return {
      push(bytes) {
        const text = utf8.decode(bytes, { stream: true })
        const frames = feed(text)
        heldBytes = frames.length > 0 || blankLine.test(text) ? 0 : heldBytes + bytes.length
        if (heldBytes > eventBytes) overLimit()
        return frames
      },
      end: () => feed(utf8.decode()),
    }
  },
}

/** What ends an event, or a heartbeat. */
const blankLine = /\n\n|\r\r|\n\r\n/
