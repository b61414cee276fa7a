import { createParser } from 'eventsource-parser'
import { LimitError } from '../../errors.ts'
import { defaultFramingLimits, type Frame, type Framing } from './frame.ts'

// A value cut at any line end (CR included) and prefixed line by line cannot start a field of its own.
// Rule: WHATWG HTML, "Interpreting an event stream".
const lineEnd = /\r\n|\r|\n/
// Every frame asks this of its id and its data; a regular expression takes thrice as long to say no.
const isOneLine = (value: string): boolean => !value.includes('\n') && !value.includes('\r')
const oneLine = (value: string): string => (isOneLine(value) && !value.includes('\0') ? value : value.replace(/[\r\n\0]/g, ' '))

/** Server-sent events, through eventsource-parser. An event without its closing blank line is not dispatched. */
export const sse: Framing = {
  name: 'sse',
  contentType: 'text/event-stream',
  heartbeat: ':\n\n',
  encode(frame) {
    const data = isOneLine(frame.data) ? frame.data : frame.data.split(lineEnd).join('\ndata: ')
    // Nearly every frame of ours.
    if (frame.id !== undefined && frame.event === undefined) return `id: ${oneLine(frame.id)}\ndata: ${data}\n\n`
    const id = frame.id === undefined ? '' : `id: ${oneLine(frame.id)}\n`
    const event = frame.event === undefined ? '' : `event: ${oneLine(frame.event)}\n`
    return `${id}${event}data: ${data}\n\n`
  },
  decoder({ eventBytes } = defaultFramingLimits) {
    const utf8 = new TextDecoder()
    let out: Frame[] = []
    let retryMs: number | undefined
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
    return { push: (bytes) => feed(utf8.decode(bytes, { stream: true })), end: () => feed(utf8.decode()) }
  },
}
