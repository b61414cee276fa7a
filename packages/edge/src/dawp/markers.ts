import { splitLines, strip } from './python-text.ts'

/**
 * Markers: lines by which a model says that it is done. In goes what it said, out comes whether it said so on a line that
 * counts. Everything is linear in the text, which is looked at once, when the turn is over: it cannot matter how the text
 * was cut into tokens.
 */

const longestMarker = 25

/** `<STEP_DONE>`: capitals, digits and `_` in angle brackets, at most 25 characters with them. */
export function isMarker(token: string): boolean {
  return token.length <= longestMarker && /^<[A-Z0-9_]+>$/.test(token)
}

/** The text without its `<thinking>…</thinking>` blocks. A block that is never closed stays. */
export function withoutThinking(text: string): string {
  // Upstream (plugins/dawp) replaces the lazy `<thinking>.*?</thinking>`, which takes the square of many unclosed tags.
  // Both searches below only ever move forward.
  const open = /<thinking>/gi
  const close = /<\/thinking>/gi
  const kept: string[] = []
  let from = 0
  for (let start = open.exec(text); start; start = open.exec(text)) {
    close.lastIndex = open.lastIndex
    if (!close.exec(text)) break
    kept.push(text.slice(from, start.index))
    from = close.lastIndex
    open.lastIndex = from
  }
  kept.push(text.slice(from))
  return kept.join('')
}

/** Lines that may hold a marker, trimmed: not in a fence of backticks, not quoted. */
export function scannableLines(visibleText: string): string[] {
  let isFenced = false
  return splitLines(visibleText)
    .map(strip)
    .filter((line) => {
      const isFence = line.startsWith('```')
      if (isFence) isFenced = !isFenced
      return !isFence && !isFenced && !line.startsWith('>')
    })
}

/** The lines of a model's answer that may hold a marker. */
export function markerLines(text: string): ReadonlySet<string> {
  return new Set(scannableLines(withoutThinking(text)))
}

export type StepOutcome = 'step_done' | 'run_done' | 'continue'

export interface StepMarkers {
  readonly stepMarker: string
  readonly runMarker: string
  readonly isLast: boolean
}

/** What a turn without tool calls means for the step it belongs to. */
export function stepOutcome(text: string, { stepMarker, runMarker, isLast }: StepMarkers): StepOutcome {
  const lines = markerLines(text)
  // The step marker wins where a step follows; on the last step only the run marker counts.
  if (!isLast && lines.has(stepMarker)) return 'step_done'
  return lines.has(runMarker) ? 'run_done' : 'continue'
}

/** Triggers of one task. Whether a trigger fires once is remembered per token, from its first match on. */
export interface TriggerMemory {
  /** Whether this answer fires the trigger. */
  fires(text: string, trigger: { readonly token: string; readonly once: boolean }): boolean
}

export function createTriggerMemory(): TriggerMemory {
  const fired = new Set<string>()
  return {
    fires(text, { token, once }) {
      if (once && fired.has(token)) return false
      const matches = markerLines(text).has(token)
      if (matches) fired.add(token)
      return matches
    },
  }
}
