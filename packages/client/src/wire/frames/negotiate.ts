import type { Framing } from './frame.ts'
import { ndjson } from './ndjson.ts'
import { sse } from './sse.ts'

/** Every framing we read and write, the preferred one first. */
export const framings: readonly Framing[] = [sse, ndjson]

const alsoNdjson = /^application\/(?:x-)?(?:ndjson|jsonl|json-lines)$|^application\/jsonlines$/

/** The framing of a response's `content-type`, parameters and case aside; undefined when it names no stream. */
export function framingFor(contentType: string | null): Framing | undefined {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return framings.find((framing) => framing.contentType === type) ?? (alsoNdjson.test(type) ? ndjson : undefined)
}

/** The framing a request's `accept` asks for first; SSE when it asks for none of ours in particular. */
export function framingAccepted(accept: string | null): Framing {
  for (const range of (accept ?? '').split(',')) {
    const framing = framingFor(range)
    if (framing) return framing
  }
  return sse
}
