/**
 * Text behind `data:`, for protocols without a terminal event, where only the body's own end can tell that nothing is missing.
 * Two readings: by the standard, and of the producer that prefixes only the first line of a text. Both refuse an end inside a frame.
 */
import { LimitError, ProtocolError, StreamInterruptedError } from '../../errors.ts'
import type { Stage } from '../stage.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { sse } from './sse.ts'

const cutInside = (): never => {
  throw new StreamInterruptedError('The stream ended inside an event')
}

// Foreign readers know no control frame: they would show it as text.
const encode = (frame: Frame): string => (frame.event === 'end' ? '' : sse.encode(frame))

/** Server-sent events by the standard, which drops an event without its closing blank line; here such an end is a cut stream. */
export const textSse: Framing = {
  ...sse,
  encode,
  decoder(limits) {
    const events = sse.decoder(limits)
    let last = new Uint8Array(0)
    return {
      push(bytes) {
        last = bytes.length < 4 ? Uint8Array.of(...last, ...bytes).slice(-4) : bytes.slice(-4)
        return events.push(bytes)
      },
      end() {
        const tail = String.fromCharCode(...last).replace(/\r\n/g, '\n')
        if (tail !== '' && !/[\r\n]{2}$/.test(tail)) cutInside()
        return events.end()
      },
    }
  },
}

const prefix = 'data: '

/**
 * The frames of a producer that writes `data: `, the text as it is, and two line feeds (AgentiCraft, `docs/features/streaming.md`):
 * a text runs to the last two line feeds before the next `data: ` or the end. By the standard its later lines are lost, and
 * lines of it that look like fields are obeyed; here neither happens. Only a text that holds two line feeds and `data: `
 * itself is taken for two. A text with a blank line inside, or with line feeds at its end, arrives in several frames, so
 * that no text waits for the next one.
 */
export const rawTextSse: Framing = { ...sse, name: 'raw-text-sse', encode, decoder: rawTextFrames }

function rawTextFrames({ eventBytes }: FramingLimits = defaultFramingLimits): Stage<Uint8Array, Frame> {
  const utf8 = new TextDecoder()
  let held: string[] = []
  let heldLength = 0
  /** Line feeds after a text that are either its own or the end of its frame; undefined within a text. */
  let gap: number | undefined
  /** How much of the next prefix has been seen. At the very beginning there is no text before it. */
  let matched = 0
  let isBeginning = true
  /** A single line feed at the end of a chunk: perhaps the first of two. */
  let hasLineFeed = false
  let out: Frame[] = []

  const hold = (text: string): void => {
    if (text === '') return
    held.push(text)
    heldLength += text.length
    if (heldLength > eventBytes) throw new LimitError('A text', eventBytes, 'bytes')
  }
  const release = (): void => {
    if (heldLength > 0) out.push({ data: held.join('') })
    held = []
    heldLength = 0
  }
  /** Within a text, up to its next two line feeds. Gives where to go on. */
  const readText = (text: string, at: number): number => {
    const end = text.indexOf('\n\n', at)
    if (end === -1) {
      hasLineFeed = text.endsWith('\n') && text.length > at
      hold(text.slice(at, hasLineFeed ? -1 : undefined))
      return text.length
    }
    hold(text.slice(at, end))
    release()
    gap = 2
    return end + 2
  }
  /** Between texts: the next prefix, or the same text going on. */
  const readGap = (text: string, at: number, lineFeeds: number): number => {
    if (matched === 0 && text[at] === '\n' && !isBeginning) {
      gap = lineFeeds + 1
      if (gap > eventBytes) throw new LimitError('A text', eventBytes, 'bytes')
      return at + 1
    }
    if (text[at] === prefix[matched]) {
      if (++matched < prefix.length) return at + 1
      hold('\n'.repeat(Math.max(0, lineFeeds - 2)))
      release()
      at += 1
    } else {
      if (isBeginning) throw new ProtocolError('The stream does not begin with `data: `', { excerpt: text })
      hold('\n'.repeat(lineFeeds) + prefix.slice(0, matched))
    }
    isBeginning = false
    matched = 0
    gap = undefined
    return at
  }
  const feed = (chunk: string): readonly Frame[] => {
    if (chunk === '') return []
    const text = hasLineFeed ? `\n${chunk}` : chunk
    hasLineFeed = false
    out = []
    for (let at = 0; at < text.length; ) at = isBeginning || gap !== undefined ? readGap(text, at, gap ?? 0) : readText(text, at)
    return out
  }
  return {
    push: (bytes) => feed(utf8.decode(bytes, { stream: true })),
    end() {
      const rest = feed(utf8.decode())
      if (isBeginning && matched === 0) return rest
      if (gap === undefined || matched > 0) cutInside()
      out = [...rest]
      hold('\n'.repeat((gap ?? 2) - 2))
      release()
      return out
    },
  }
}
