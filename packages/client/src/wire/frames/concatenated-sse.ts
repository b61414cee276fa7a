/**
 * JSON texts under the name of server-sent events, as Agentor's servers write them: bare, one after another (`/chat`), behind
 * one `data: ` although they span lines (its guide), or proper events. One reader for all three, line by line; writing is proper.
 */
import { LimitError, StreamInterruptedError } from '../../errors.ts'
import { pipe, type Stage } from '../stage.ts'
import { jsonTexts } from './concatenated.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { sse } from './sse.ts'

const lineEnd = /\r\n?|\n/g

/** Text to lines, each with one character of its end: to JSON that is white space. A line that spans many chunks is joined once. */
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
    const line = held.join('')
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
        const line = text.slice(start, match.index + 1)
        if (heldLength === 0) out.push(line)
        else {
          hold(line)
          out.push(release())
        }
        start = lineEnd.lastIndex
      }
      endedWithCr = text.endsWith('\r')
      if (start < text.length) hold(text.slice(start))
      return out
    },
    end: () => (heldLength > 0 ? [release()] : []),
  }
}

const noFrames: readonly Frame[] = []
const fieldValue = (line: string, colon: number): string => line.slice(line[colon] === ' ' ? colon + 1 : colon)

/** Lines to frames. Inside a JSON text every line belongs to it, with `data: ` before it or without. */
function eventsOfLines(limits: FramingLimits): Stage<string, Frame> {
  const texts = jsonTexts(limits)
  let name: string | undefined
  /** An object that began behind `data:`, until the next line tells how far it goes. */
  let held: string | undefined
  /** What a named event says when it is no JSON. Later lines without a field are its own: the writer did not prefix them. */
  let said: string[] = []
  let saidLength = 0

  const named = (data: string): Frame => (name === undefined ? { data } : { data, event: name })
  const json = (line: string): readonly Frame[] => {
    const whole = texts.push(line)
    return whole.length === 0 ? noFrames : whole.map(named)
  }
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
  const outside = (ended: string): readonly Frame[] => {
    if (ended.startsWith('{')) return json(ended)
    const line = ended.endsWith('\n') || ended.endsWith('\r') ? ended.slice(0, -1) : ended
    if (line.trim() === '') return dispatch()
    if (line.startsWith('data:')) {
      const value = fieldValue(line, 5)
      if (!value.startsWith('{') || said.length > 0) return say(value)
      held = value
      return noFrames
    }
    if (line.startsWith('event:')) name = fieldValue(line, 6)
    else if (said.length > 0) return say(line)
    // Comments and fields nobody knows are to be ignored (WHATWG HTML, "Interpreting an event stream"); a page of HTML is not.
    else if (!line.includes(':') || line.startsWith('<')) return [{ data: line }]
    return []
  }
  /** What was held is a whole event if a blank line follows: nothing else has to be looked for in it. */
  const afterHeld = (text: string, line: string): readonly Frame[] => {
    held = undefined
    if (line !== '\n' && line !== '\r') return [...json(`${text}\n`), ...push(line)]
    const frame = named(text)
    name = undefined
    return [frame]
  }
  const push = (line: string): readonly Frame[] => {
    if (held !== undefined) return afterHeld(held, line)
    return texts.isOpen() ? json(line.startsWith('data:') ? line.slice(5) : line) : outside(line)
  }
  return {
    push,
    end() {
      if (said.length > 0) throw new StreamInterruptedError('The stream ended inside an event')
      return [...json(held ?? ''), ...texts.end().map(named)]
    },
  }
}

/** Cuts no lines where there are none: a body that begins with a brace is JSON and nothing else. */
function eventsOfText(limits: FramingLimits): Stage<string, Frame> {
  const texts = jsonTexts(limits)
  const bare: Stage<string, Frame> = {
    push: (text) => texts.push(text).map((data) => ({ data })),
    end: () => texts.end().map((data) => ({ data })),
  }
  const inLines = pipe(lines(limits), eventsOfLines(limits))
  let events: Stage<string, Frame> | undefined
  return {
    push(text) {
      const begin = events ? 0 : text.search(/\S/)
      if (begin === -1) return noFrames
      events ??= text[begin] === '{' ? bare : inLines
      return events.push(text)
    },
    end: () => events?.end() ?? noFrames,
  }
}

function decoder(limits: FramingLimits = defaultFramingLimits): Stage<Uint8Array, Frame> {
  const utf8 = new TextDecoder()
  const events = eventsOfText(limits)
  return {
    push: (bytes) => events.push(utf8.decode(bytes, { stream: true })),
    end: () => [...events.push(utf8.decode()), ...events.end()],
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
