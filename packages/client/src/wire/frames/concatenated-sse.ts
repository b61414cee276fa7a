/**
 * JSON texts under the name of server-sent events, as Agentor's servers write them: bare, one after another (`/chat`), behind
 * one `data: ` although they span lines (its guide), or proper events. One reader for all three, line by line; writing is proper.
 */
import { LimitError, StreamInterruptedError } from '../../errors.ts'
import type { Stage } from '../stage.ts'
import { jsonTexts } from './concatenated.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { sse } from './sse.ts'

const lineEnd = /\r\n?|\n/g

/** Text to lines, whatever ends them. A line that spans many chunks is joined once. */
function lines({ eventBytes }: FramingLimits): Stage<string, string> {
  let held: string[] = []
  let heldLength = 0
  let endedWithCr = false

  const hold = (text: string): void => {
    held.push(text)
    heldLength += text.length
    if (heldLength > eventBytes) throw new LimitError('A line', eventBytes, 'bytes')
  }
  const release = (): string => {
    const line = held.length === 1 ? (held[0] ?? '') : held.join('')
    held = []
    heldLength = 0
    return line
  }
  return {
    push(text) {
      const out: string[] = []
      if (text === '') return out
      let start = endedWithCr && text[0] === '\n' ? 1 : 0
      lineEnd.lastIndex = start
      for (let match = lineEnd.exec(text); match; match = lineEnd.exec(text)) {
        hold(text.slice(start, match.index))
        out.push(release())
        start = lineEnd.lastIndex
      }
      endedWithCr = text.endsWith('\r')
      if (start < text.length) hold(text.slice(start))
      return out
    },
    end: () => (heldLength > 0 ? [release()] : []),
  }
}

const field = /^([a-z]+): ?(.*)$/s

/** Lines to frames. Inside a JSON text every line belongs to it, with `data: ` before it or without. */
function eventsOfLines(limits: FramingLimits): Stage<string, Frame> {
  const texts = jsonTexts(limits)
  let name: string | undefined
  /** What a named event says when it is no JSON. Later lines without a field are its own: the writer did not prefix them. */
  let said: string[] = []
  let saidLength = 0

  const named = (data: string): Frame => (name === undefined ? { data } : { data, event: name })
  const json = (line: string): Frame[] => texts.push(`${line}\n`).map(named)
  const say = (line: string): Frame[] => {
    if (name === undefined) return [{ data: line }]
    said.push(line)
    saidLength += line.length + 1
    if (saidLength > limits.eventBytes) throw new LimitError('An event', limits.eventBytes, 'bytes')
    return []
  }
  const dispatch = (): Frame[] => {
    const frames = said.length > 0 ? [named(said.join('\n'))] : []
    name = undefined
    said = []
    saidLength = 0
    return frames
  }
  const outside = (line: string): Frame[] => {
    if (line.startsWith('{')) return json(line)
    if (line.trim() === '') return dispatch()
    const [, key, value = ''] = field.exec(line) ?? []
    if (key === 'data') return value.startsWith('{') && said.length === 0 ? json(value) : say(value)
    if (key === 'event') name = value
    else if (said.length > 0) return say(line)
    // Comments and fields nobody knows are to be ignored (WHATWG HTML, "Interpreting an event stream"); a page of HTML is not.
    else if (!line.includes(':') || line.startsWith('<')) return [{ data: line }]
    return []
  }
  return {
    push: (line) => (texts.isOpen() ? json(line.startsWith('data:') ? line.slice(5) : line) : outside(line)),
    end() {
      if (said.length > 0) throw new StreamInterruptedError('The stream ended inside an event')
      return texts.end().map(named)
    },
  }
}

function decoder(limits: FramingLimits = defaultFramingLimits): Stage<Uint8Array, Frame> {
  const utf8 = new TextDecoder()
  const cut = lines(limits)
  const events = eventsOfLines(limits)
  const all = (texts: readonly string[]): Frame[] => texts.flatMap(events.push)
  return {
    push: (bytes) => all(cut.push(utf8.decode(bytes, { stream: true }))),
    end: () => [...all(cut.push(utf8.decode())), ...all(cut.end()), ...events.end()],
  }
}

// Foreign readers know no control frame.
const unlessControl =
  (encode: Framing['encode']): Framing['encode'] =>
  (frame) =>
    frame.event === 'end' ? '' : encode(frame)

/** Reads all three ways, writes proper server-sent events. */
export const jsonSse: Framing = { ...sse, name: 'json-sse', decoder, encode: unlessControl(sse.encode) }

/** Reads all three ways, writes bare JSON texts under `text/event-stream`, for readers that expect just that. */
export const bareJsonSse: Framing = { ...jsonSse, name: 'bare-json-sse', heartbeat: '\n', encode: unlessControl((frame) => `${frame.data}\n`) }
