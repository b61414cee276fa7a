import type { EventOf } from '../../wire/events/vocabulary.ts'
import { addPart, appendText, filled, type LoopDraft } from '../draft.ts'

/** Texts, and what is shown between them. */
export const textCases = {
  token(loop: LoopDraft, event: EventOf<'token'>, at: number): void {
    const { counts, run } = loop.run
    if (counts.tokens++ === 0) run.timing = { ...run.timing, firstTokenAt: at }
    appendText(loop, 'text', event)
  },
  thinking_token(loop: LoopDraft, event: EventOf<'thinking_token'>): void {
    appendText(loop, 'thinking', event)
  },
  source(loop: LoopDraft, event: EventOf<'source'>): void {
    const { source_id: sourceId, url, title } = event
    addPart(loop, event, { kind: 'source', sourceId, ...filled({ url, title }) })
  },
  file(loop: LoopDraft, event: EventOf<'file'>): void {
    const { media_type: mediaType, url, data, name } = event
    addPart(loop, event, { kind: 'file', mediaType, ...filled({ url, data, name }) })
  },
}
