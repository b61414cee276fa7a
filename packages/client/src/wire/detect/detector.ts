/**
 * Whose words a stream speaks, and how they are cut: the first bytes of a response go in, with what its head says; out comes
 * the protocol and the framing, as soon as they are certain. Knows no words of any protocol: each recognises its own.
 */
import { concatenated, jsonTextFrames } from '../frames/concatenated.ts'
import { jsonSse } from '../frames/concatenated-sse.ts'
import type { Frame, Framing } from '../frames/frame.ts'
import { jsonSeq } from '../frames/json-seq.ts'
import { ndjson } from '../frames/ndjson.ts'
import { framingFor } from '../frames/negotiate.ts'
import { plainText } from '../frames/plain-text.ts'
import { sse } from '../frames/sse.ts'
import type { Protocol, RecognisableProtocol } from '../protocols/protocol.ts'
import type { Stage } from '../stage.ts'
import { closeJson } from './close-json.ts'

/** Whose words a stream speaks, and how they are cut. */
export interface Detected {
  readonly protocol: Protocol
  readonly framing: Framing
}

export interface DetectorOptions {
  readonly among: readonly RecognisableProtocol[]
  /** Believed only where the bytes leave a choice: servers label streams carelessly. */
  readonly contentType?: string | null | undefined
  /** A header that only one protocol sends decides at once. */
  readonly headers?: Headers | undefined
}

export interface Detector {
  /** Looks at what comes next, until it is certain. */
  look(bytes: Uint8Array): Detected | undefined
  /** The best that can be said of what was seen, when no more will be. */
  settle(): Detected | undefined
  /** `silent` while nothing was said, `inside` before the first frame is whole; `foreign` when nothing more can help. */
  state(): 'silent' | 'inside' | 'seen' | 'foreign'
  /** What was seen, for the error that says so. */
  excerpt(): string
}

/** How the bytes look: events, JSON texts, a sequence of them, or neither. */
type Cut = 'sse' | 'json' | 'json-seq' | 'text'

const separator = '\x1e'
const field = /^(?:data|event|id|retry)?:/
const fieldStart = /^(?:d(?:a(?:t(?:a)?)?)?|e(?:v(?:e(?:n(?:t)?)?)?)?|i(?:d)?|r(?:e(?:t(?:r(?:y)?)?)?)?)$/

/** Undefined while too little is there to tell. A byte order mark is gone: the text decoder took it. */
function cutOf(beginning: string): Cut | undefined {
  const text = beginning.trimStart()
  if (text === '' || fieldStart.test(text)) return undefined
  if (text[0] === separator) return 'json-seq'
  if (text[0] === '{') return 'json'
  return field.test(text) ? 'sse' : 'text'
}

/** Comments and fields without data are signs of life. */
const isSilent = (text: string): boolean => text.split(/\r\n?|\n/).every((line) => line.trim() === '' || /^(?::|id:|retry:)/.test(line))

/** The protocol's own way of cutting, where it has one for this content type. */
function framingOf({ framings }: Protocol, own: Framing): Framing {
  return framings?.find(({ contentType }) => contentType === own.contentType) ?? own
}

function isAnnounced(protocol: RecognisableProtocol, headers: Headers): boolean {
  if (protocol.isAnnounced) return protocol.isAnnounced(headers)
  const stated = Object.entries(protocol.headers ?? {})
  return stated.length > 0 && stated.every(([name, value]) => headers.get(name) === value)
}

export function createDetector({ among, contentType = null, headers }: DetectorOptions): Detector {
  const utf8 = new TextDecoder()
  const announced = headers ? among.filter((protocol) => isAnnounced(protocol, headers)) : []
  let beginning = ''
  let cut: Cut | undefined
  let cutter: Stage<Uint8Array, Frame> | undefined
  const held: Uint8Array[] = []
  /** Who would take all that was seen. */
  let claims: readonly RecognisableProtocol[] = announced.length > 0 ? announced : among
  let isClaimed = announced.length > 0
  let isFrameSeen = false

  const found = (protocol: RecognisableProtocol, data = ''): Detected => {
    const { recognises: _, isAnnounced: __, ...reader } = protocol
    if (cut === 'sse') return { protocol: reader, framing: framingOf(reader, sse) }
    if (cut === 'json-seq') return { protocol: reader, framing: jsonSeq }
    // Labelled as lines, but a text has several: the label is wrong.
    const isLines = framingFor(contentType, [ndjson]) !== undefined && !data.includes('\n')
    return { protocol: reader, framing: isLines ? framingOf(reader, ndjson) : concatenated }
  }
  const consider = (frame: Frame): Detected | undefined => {
    const takers = claims.filter((protocol) => protocol.recognises(frame))
    if (takers.length > 0) {
      claims = takers
      isClaimed = true
    }
    const [only, other] = claims
    return isClaimed && only && !other ? found(only, frame.data) : undefined
  }
  const asText = (): Detected | undefined => {
    if (framingFor(contentType, [plainText]) === undefined || beginning.trimStart().startsWith('<')) return undefined
    const protocol = among.find(({ framings }) => framings?.some((framing) => framing.contentType === plainText.contentType))
    return protocol && { protocol, framing: framingOf(protocol, plainText) }
  }
  const firstFrame = (): Frame => {
    const text = cut === 'sse' ? (/(?:^|[\r\n])data: ?([\s\S]*)/.exec(beginning)?.[1] ?? '') : beginning.slice(beginning.indexOf('{'))
    return { data: text.startsWith('{') ? closeJson(text) : text }
  }
  return {
    look(bytes) {
      beginning += utf8.decode(bytes, { stream: true })
      held.push(bytes)
      cut ??= cutOf(beginning)
      if (cut === undefined) return undefined
      if (cut === 'text') return asText()
      const isNew = cutter === undefined
      cutter ??= cut === 'sse' ? jsonSse.decoder() : jsonTextFrames()
      for (const piece of isNew ? held : [bytes]) {
        for (const frame of cutter.push(piece)) {
          isFrameSeen = true
          const detected = consider(frame)
          if (detected) return detected
        }
      }
      return undefined
    },
    settle() {
      const isText = cut === undefined || cut === 'text'
      if (isText) return beginning.trim() === '' ? undefined : asText()
      const certain = isFrameSeen || isSilent(beginning) ? undefined : consider(firstFrame())
      const [first] = claims
      return certain ?? (isClaimed && first ? found(first) : undefined)
    },
    state() {
      if (isSilent(beginning)) return 'silent'
      if (cut === 'text') return 'foreign'
      return isFrameSeen ? 'seen' : 'inside'
    },
    excerpt: () => beginning.trimStart().slice(0, 200),
  }
}
