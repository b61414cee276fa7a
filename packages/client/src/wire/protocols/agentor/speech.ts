import type { AgentEvent } from '../../events/vocabulary.ts'

/**
 * What the agent says, once. Where text comes in pieces, the whole comes after them, trimmed: in a `message`, and in the
 * engine in a `generation` too.
 */
export interface Speech {
  /** Always told. */
  piece(text: string): AgentEvent[]
  /** Told unless its pieces were. A `passing` whole is followed by another one of the same text. */
  whole(text: string, options?: { readonly isPassing: boolean }): AgentEvent[]
  /** Something else happened: a text that comes now is a new one. */
  forget(): void
}

export function createSpeech(): Speech {
  let told = ''
  return {
    piece(text) {
      told += text
      return text === '' ? [] : [{ type: 'token', content: text }]
    },
    whole(text, { isPassing } = { isPassing: false }) {
      const isTold = told.trim() === text.trim()
      told = isPassing ? text : ''
      return isTold || text === '' ? [] : [{ type: 'token', content: text }]
    },
    forget() {
      told = ''
    },
  }
}
