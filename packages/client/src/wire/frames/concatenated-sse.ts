/**
 * JSON texts under the name of server-sent events, as Agentor's servers write them: bare, one after another (`/chat`), behind
 * one `data: ` although they span lines (its guide), or proper events. One reader for all three, line by line; writing is proper.
 */
import { StreamInterruptedError } from '../../errors.ts'
import { pipe, type Stage } from '../stage.ts'
import { jsonTexts } from './concatenated.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { foreignSse, unlessControl } from './sse.ts'
import { holdText, textOfBytes } from './text.ts'

const lineEnd = /\r\n?|\n/g

/** Text to lines, each with one character of its end: to JSON that is white space. */
function lines(limits: FramingLimits): Stage<string, string> {
  const held = holdText('A line', limits)
  let endedWithCr = false
  const whole = (last: string): string => {
    if (held.isEmpty()) return last
    held.add(last)
    return held.take()
  }
  return {
    push(text) {
      const out: string[] = []
      if (text === '') return out
      let start = endedWithCr && text[0] === '\n' ? 1 : 0
      lineEnd.lastIndex = start
      for (let match = lineEnd.exec(text); match; match = lineEnd.exec(text)) {
        out.push(whole(text.slice(start, match.index + 1)))
        start = lineEnd.lastIndex
      }
      endedWithCr = text.endsWith('\r')
      if (start < text.length) held.add(text.slice(start))
      return out
    },
    end: () => (held.isEmpty() ? [] : [held.take()]),
  }
}

const fieldValue = (line: string, colon: number): string => line.slice(line[colon] === ' ' ? colon + 1 : colon)

/** Lines to frames. Inside a JSON text every line belongs to it, with `data: ` before it or without. */
function eventsOfLines(limits: FramingLimits): Stage<string, Frame> {
  const texts = jsonTexts(limits)
  let name: string | undefined
  /** An object that began behind `data:`, until the next line tells how far it goes. */
  let held: string | undefined
  /** What a named event says when it is no JSON. Later lines without a field are its own: the writer did not prefix them. */
  const said = holdText('An event', limits)

  const named = (data: string): Frame => (name === undefined ? { data } : { data, event: name })
  const json = (line: string): readonly Frame[] => texts.push(line).map(named)
  const say = (line: string): Frame[] => {
    if (name === undefined) return [{ data: line }]
    said.add(`${line}\n`)
    return []
  }
  const dispatch = (): Frame[] => {
    const frames = said.isEmpty() ? [] : [named(said.take().slice(0, -1))]
    name = undefined
    return frames
  }
  const outside = (ended: string): readonly Frame[] => {
    if (ended.startsWith('{')) return json(ended)
    const line = ended.endsWith('\n') || ended.endsWith('\r') ? ended.slice(0, -1) : ended
    if (line.trim() === '') return dispatch()
    if (line.startsWith('data:')) {
      const value = fieldValue(line, 5)
      if (!value.startsWith('{') || !said.isEmpty()) return say(value)
      held = value
      return []
    }
    if (line.startsWith('event:')) name = fieldValue(line, 6)
    else if (!said.isEmpty()) return say(line)
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
      if (!said.isEmpty()) throw new StreamInterruptedError('The stream ended inside an event')
      return [...json(held ?? ''), ...texts.end().map(named)]
    },
  }
}

/** Cuts no lines where there are none: a body that begins with a brace is JSON and nothing else. */
function eventsOfText(limits: FramingLimits): Stage<string, Frame> {
  const bare = pipe(jsonTexts(limits), { push: (data: string): Frame[] => [{ data }], end: () => [] })
  const inLines = pipe(lines(limits), eventsOfLines(limits))
  let events: Stage<string, Frame> | undefined
  return {
    push(text) {
      const begin = events ? 0 : text.search(/\S/)
      if (begin === -1) return []
      events ??= text[begin] === '{' ? bare : inLines
      return events.push(text)
    },
    end: () => events?.end() ?? [],
  }
}

const decoder = (limits: FramingLimits = defaultFramingLimits): Stage<Uint8Array, Frame> => pipe(textOfBytes(), eventsOfText(limits))

/** Reads all three ways, writes proper server-sent events. */
export const jsonSse: Framing = { ...foreignSse, name: 'json-sse', decoder }

/** Reads all three ways, writes bare JSON texts under `text/event-stream`, for readers that expect just that. */
export const bareJsonSse: Framing = { ...jsonSse, name: 'bare-json-sse', heartbeat: '\n', encode: unlessControl((frame) => `${frame.data}\n`) }
