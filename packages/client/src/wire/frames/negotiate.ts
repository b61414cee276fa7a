import type { Framing } from './frame.ts'
import { ndjson } from './ndjson.ts'
import { sse } from './sse.ts'

/** The framings of our own servers, the preferred one first. Others are named where they are wanted, so that a page does not load them. */
export const framings: readonly [Framing, ...Framing[]] = [sse, ndjson]

const alsoNdjson = /^application\/(?:x-)?(?:ndjson|jsonl|json-lines)$|^application\/jsonlines$/

/** The content type of a framing that reads whatever comes, labelled or not. */
export const anyType = '*/*'

/** The framing of a response's `content-type`, parameters and case aside; undefined when it names none of these. */
export function framingFor(contentType: string | null, among = framings): Framing | undefined {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const names = ({ contentType: own }: Framing): boolean => own === type || own === anyType || (own === ndjson.contentType && alsoNdjson.test(type))
  return among.find(names)
}

/** The framing a request's `accept` asks for first; the first of them when it asks for none in particular. */
export function framingAccepted(accept: string | null, among: readonly [Framing, ...Framing[]] = framings): Framing {
  for (const range of (accept ?? '').split(',')) {
    const framing = framingFor(range, among)
    if (framing) return framing
  }
  return among[0]
}
