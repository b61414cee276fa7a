import type { Framing } from './frame.ts'
import { readSse } from './read-sse.ts'

// A value cut at any line end (CR included) and prefixed line by line cannot start a field of its own.
// Rule: WHATWG HTML, "Interpreting an event stream".
const lineEnd = /\r\n|\r|\n/
// Every frame asks this of its id and its data; a regular expression takes thrice as long to say no.
const isOneLine = (value: string): boolean => !value.includes('\n') && !value.includes('\r')
const oneLine = (value: string): string => (isOneLine(value) && !value.includes('\0') ? value : value.replace(/[\r\n\0]/g, ' '))

/** Server-sent events, through eventsource-parser. An event without its closing blank line is not dispatched. */
export const sse: Framing = {
  ...readSse,
  heartbeat: ':\n\n',
  encode(frame) {
    const data = isOneLine(frame.data) ? frame.data : frame.data.split(lineEnd).join('\ndata: ')
    // Nearly every frame of ours.
    if (frame.id !== undefined && frame.event === undefined) return `id: ${oneLine(frame.id)}\ndata: ${data}\n\n`
    const id = frame.id === undefined ? '' : `id: ${oneLine(frame.id)}\n`
    const event = frame.event === undefined ? '' : `event: ${oneLine(frame.event)}\n`
    return `${id}${event}data: ${data}\n\n`
  },
}

/** Foreign readers know no control frame: they would show it as text. */
export const unlessControl =
  (encode: Framing['encode']): Framing['encode'] =>
  (frame) =>
    frame.event === 'end' ? '' : encode(frame)

/** What is written for foreign readers. */
export const foreignSse: Framing = { ...sse, encode: unlessControl(sse.encode) }
