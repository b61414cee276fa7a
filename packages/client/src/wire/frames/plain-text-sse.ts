/**
 * Text behind `data:`, for protocols without a terminal event, where only the body's own end can tell that nothing is missing.
 * Two readings: by the standard, and of the producer that prefixes only the first line of a text. Both refuse an end inside a frame.
 */
import { LimitError, ProtocolError, StreamInterruptedError } from '../../errors.ts'
import { pipe, type Stage } from '../stage.ts'
import { defaultFramingLimits, type Frame, type Framing, type FramingLimits } from './frame.ts'
import { foreignSse, sse } from './sse.ts'
import { holdText, textOfBytes } from './text.ts'

const cutInside = (): never => {
  throw new StreamInterruptedError('The stream ended inside an event')
}

/** Server-sent events by the standard, which drops an event without its closing blank line; here such an end is a cut stream. */
export const textSse: Framing = {
  ...foreignSse,
  decoder(limits) {
    const events = sse.decoder(limits)
    let tail = ''
    return {
      push(bytes) {
        tail = (tail + String.fromCharCode(...bytes.slice(-4))).slice(-4)
        return events.push(bytes)
      },
      end() {
        if (tail !== '' && !/[\r\n]{2}$/.test(tail.replaceAll('\r\n', '\n'))) cutInside()
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
export const rawTextSse: Framing = { ...foreignSse, name: 'raw-text-sse', decoder: (limits) => pipe(textOfBytes(), rawTextFrames(limits)) }

function rawTextFrames(limits: FramingLimits = defaultFramingLimits): Stage<string, Frame> {
  const held = holdText('A text', limits)
  /** Line feeds after a text that are either its own or the end of its frame; undefined within a text. */
  let gap: number | undefined
  /** How much of the next prefix has been seen. At the very beginning there is no text before it. */
  let matched = 0
  let isBeginning = true
  /** A single line feed at the end of a chunk: perhaps the first of two. */
  let hasLineFeed = false
  let out: Frame[] = []

  const release = (): void => {
    const data = held.take()
    if (data !== '') out.push({ data })
  }
  /** Within a text, up to its next two line feeds. Gives where to go on. */
  const readText = (text: string, at: number): number => {
    const end = text.indexOf('\n\n', at)
    if (end === -1) {
      hasLineFeed = text.endsWith('\n') && text.length > at
      held.add(text.slice(at, hasLineFeed ? -1 : undefined))
      return text.length
    }
    held.add(text.slice(at, end))
    release()
    gap = 2
    return end + 2
  }
  /** Between texts: the next prefix, or the same text going on. */
  const readGap = (text: string, at: number, lineFeeds: number): number => {
    if (matched === 0 && text[at] === '\n' && !isBeginning) {
      gap = lineFeeds + 1
      if (gap > limits.eventBytes) throw new LimitError('A text', limits.eventBytes, 'bytes')
      return at + 1
    }
    if (text[at] === prefix[matched]) {
      if (++matched < prefix.length) return at + 1
      held.add('\n'.repeat(Math.max(0, lineFeeds - 2)))
      release()
      at += 1
    } else {
      if (isBeginning) throw new ProtocolError('The stream does not begin with `data: `', { excerpt: text })
      held.add('\n'.repeat(lineFeeds) + prefix.slice(0, matched))
    }
    isBeginning = false
    matched = 0
    gap = undefined
    return at
  }
  return {
    push(chunk) {
      if (chunk === '') return []
      const text = hasLineFeed ? `\n${chunk}` : chunk
      hasLineFeed = false
      out = []
      for (let at = 0; at < text.length; ) at = isBeginning || gap !== undefined ? readGap(text, at, gap ?? 0) : readText(text, at)
      return out
    },
    end() {
      if (isBeginning && matched === 0) return []
      if (gap === undefined || matched > 0) cutInside()
      out = []
      held.add('\n'.repeat((gap ?? 2) - 2))
      release()
      return out
    },
  }
}
