import { wait } from '../wait.ts'

/** Waits as long as a model would take for its next piece; rejects at once when the signal aborts. */
export type Pace = (signal: AbortSignal) => Promise<void>

/** 22 to 38 ms per piece: about as fast as a hosted model answers. */
export const believablePace: Pace = (signal) => wait(22 + Math.random() * 16, signal)

/** Text in pieces of at most `size` characters that end where words do. Joined, they are the text again. */
export function piecesOf(text: string, size = 12): readonly string[] {
  return text.match(new RegExp(`\\s*\\S{1,${size}}\\s?|\\s+`, 'g')) ?? []
}
