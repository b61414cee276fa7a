import type { AgentEvent, EventOf } from '../wire/events/vocabulary.ts'
import { openSource, reading } from './source.ts'

/** What stands around the thinking in a text. */
export interface ThinkingTags {
  /** `<think>` by default. */
  readonly open?: string
  /** `</think>` by default. */
  readonly close?: string
}

/**
 * For models that write their thinking into their text, between tags: the same events, with what stands between the tags as
 * `thinking_token` and the tags gone, however they are cut. A tag that was not closed ends with its round.
 *
 * @example
 * for await (const piece of textOf(splitThinking(client.stream(question)))) console.log(piece)
 */
export function splitThinking(
  events: AsyncIterable<AgentEvent>,
  { open = '<think>', close = '</think>' }: ThinkingTags = {},
): AsyncIterableIterator<AgentEvent> {
  const source = openSource(events)
  let isThinking = false
  /** The last token, and what of its text may be the beginning of a tag. */
  let held: { readonly event: EventOf<'token'>; readonly text: string } | undefined

  const piece = (event: EventOf<'token'>, content: string): AgentEvent[] => {
    if (content === '') return []
    return [isThinking ? { ...event, type: 'thinking_token', content } : { ...event, content }]
  }
  const release = (): AgentEvent[] => {
    const pieces = held ? piece(held.event, held.text) : []
    held = undefined
    return pieces
  }
  const split = (event: EventOf<'token'>): AgentEvent[] => {
    const pieces: AgentEvent[] = []
    let text = (held?.text ?? '') + event.content
    let tag = isThinking ? close : open
    for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag)) {
      pieces.push(...piece(event, text.slice(0, at)))
      text = text.slice(at + tag.length)
      isThinking = !isThinking
      tag = isThinking ? close : open
    }
    const kept = beginningAtEnd(text, tag)
    held = kept === 0 ? undefined : { event, text: text.slice(-kept) }
    return [...pieces, ...piece(event, text.slice(0, text.length - kept))]
  }

  return reading([source], async function* () {
    for (let step = await source.next(); !step.done; step = await source.next()) {
      const event = step.value
      if (event.type === 'token') {
        yield* split(event)
        continue
      }
      yield* release()
      if (event.type === 'iteration_start') isThinking = false
      yield event
    }
    yield* release()
  })
}

/** How many characters at the end of a text may be the beginning of a tag. */
function beginningAtEnd(text: string, tag: string): number {
  let length = Math.min(text.length, tag.length - 1)
  while (length > 0 && !text.endsWith(tag.slice(0, length))) length--
  return length
}
