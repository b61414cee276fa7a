import type { Framing, FramingReader } from './frame.ts'
import { ndjson } from './ndjson.ts'
import { readNdjson } from './read-ndjson.ts'
import { readSse } from './read-sse.ts'
import { sse } from './sse.ts'

/** The framings of our own servers, the preferred one first. Others are named where they are wanted, so that a page does not load them. */
export const framings: readonly [Framing, ...Framing[]] = [sse, ndjson]

/** The same, for reading only. */
export const framingReaders: readonly FramingReader[] = [readSse, readNdjson]

const alsoNdjson = /^application\/(?:x-)?(?:ndjson|jsonl|json-lines)$|^application\/jsonlines$/

/** The content type of a framing that reads whatever comes, labelled or not. */
export const anyType = '*/*'

/** The first of these framings that a content type names, parameters and case aside. */
export function framingNamed<Reader extends FramingReader>(contentType: string | null, among: readonly Reader[]): Reader | undefined {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return among.find(({ contentType: own }) => own === type || own === anyType || (own === readNdjson.contentType && alsoNdjson.test(type)))
}

/** The framing of a response's `content-type`, parameters and case aside; undefined when it names none of these. */
export function framingFor(contentType: string | null, among: readonly Framing[] = framings): Framing | undefined {
  return framingNamed(contentType, among)
}

/** The framing a request's `accept` asks for first; the first of them when it asks for none in particular. */
export function framingAccepted(accept: string | null, among: readonly [Framing, ...Framing[]] = framings): Framing {
  for (const range of (accept ?? '').split(',')) {
    const framing = framingFor(range, among)
    if (framing) return framing
  }
  return among[0]
}
