import { ProtocolError, StreamInterruptedError } from '../../errors.ts'
import type { AgentEvent } from '../events/vocabulary.ts'
import { concatenated } from '../frames/concatenated.ts'
import type { Frame, Framing } from '../frames/frame.ts'
import { jsonSeq } from '../frames/json-seq.ts'
import { ndjson } from '../frames/ndjson.ts'
import { anyType } from '../frames/negotiate.ts'
import { plainText } from '../frames/plain-text.ts'
import { sse } from '../frames/sse.ts'
import type { Protocol, RecognisableProtocol } from '../protocols/protocol.ts'
import type { Stage } from '../stage.ts'
import { createDetector, type Detected } from './detector.ts'
import { knownProtocols } from './protocols.ts'

/** What a stream may turn out to be. */
export interface DetectOptions {
  /** The protocols to tell apart; every one of this package when absent. Fewer make fewer mistakes. */
  readonly among?: readonly RecognisableProtocol[]
}

/** What is known of a response when its protocol is to be told. */
export interface ResponseStart extends DetectOptions {
  readonly contentType?: string | null
  readonly headers?: Headers
  /** The first bytes of the body. */
  readonly bytes: Uint8Array
}

/** Decides within this many bytes, or not at all. */
export const detectBytes = 4096

/** The protocol and the framing of a response, by its head and its first 4 KiB; undefined when they are of none of these. */
export function detectProtocol({ among = knownProtocols, contentType, headers, bytes }: ResponseStart): Detected | undefined {
  const detector = createDetector({ among, contentType: contentType ?? headers?.get('content-type'), headers })
  return detector.look(bytes.subarray(0, detectBytes)) ?? detector.settle()
}

/** Holds bytes until the stream is known, and hands all of them to the framing it turned out to have. */
function detecting(framing: Framing, among: readonly RecognisableProtocol[]): Framing['decoder'] {
  return (limits) => {
    const contentType = framing.contentType === anyType ? undefined : framing.contentType
    const detector = createDetector({ among, contentType })
    let held: Uint8Array[] = []
    let heldBytes = 0
    let inner: Stage<Uint8Array, Frame> | undefined
    let recognised: string | undefined

    // Who cuts the bytes and who reads the frames meet only in the frames, so the choice travels with the first of them.
    const marked = (frames: readonly Frame[]): readonly Frame[] => {
      const [first, ...others] = frames
      if (!first || recognised === undefined) return frames
      const mark = recognised
      recognised = undefined
      return [{ ...first, recognised: mark }, ...others]
    }
    const open = ({ protocol, framing: cut }: Detected): readonly Frame[] => {
      const decoder = cut.decoder(limits)
      const frames = held.flatMap((bytes) => decoder.push(bytes))
      inner = decoder
      recognised = protocol.name
      held = []
      return frames
    }
    const unknown = (): ProtocolError => {
      const label = contentType ?? 'no content type of use'
      const names = among.map(({ name }) => name).join(', ')
      return new ProtocolError(`The stream (${label}) begins like none of ${names}`, { excerpt: detector.excerpt() })
    }
    return {
      push(bytes) {
        if (inner) return marked(inner.push(bytes))
        held.push(bytes)
        const room = detectBytes - heldBytes
        heldBytes += bytes.byteLength
        const detected = detector.look(bytes.subarray(0, Math.max(0, room))) ?? (heldBytes >= detectBytes ? detector.settle() : undefined)
        if (detected) return marked(open(detected))
        if (detector.state() === 'foreign' || heldBytes >= detectBytes) throw unknown()
        return []
      },
      end() {
        const detected = inner ? undefined : detector.settle()
        const frames = detected ? open(detected) : []
        if (inner) return marked([...frames, ...inner.end()])
        const state = detector.state()
        if (state === 'silent') return []
        throw state === 'inside' ? new StreamInterruptedError('The stream ended before it was clear what it speaks') : unknown()
      },
    }
  }
}

function autoDecoder(among: readonly RecognisableProtocol[]): Stage<Frame, AgentEvent> {
  let name: string | undefined
  let inner: Stage<Frame, AgentEvent> | undefined
  let isOther = false
  return {
    push(frame) {
      if (frame.recognised !== undefined) {
        // A stream that is taken up again tells it once more.
        isOther = name !== undefined && name !== frame.recognised
        name ??= frame.recognised
        inner ??= among.find((protocol) => protocol.name === name)?.decoder()
      }
      if (!inner || isOther) throw new ProtocolError(isOther ? `The stream began as ${name} and goes on as something else` : 'The stream was not recognised')
      return inner.push(frame)
    },
    end: () => inner?.end() ?? [],
  }
}

/**
 * Reads whatever the server speaks: the first frames of every answer decide, and 4 KiB at most are held back for it. Throws a
 * ProtocolError that shows the beginning of a stream that is none of these. It cannot write, and asks in our own routes.
 */
export function autoProtocol({ among = knownProtocols }: DetectOptions = {}): Protocol {
  const auto = (framing: Framing): Framing => ({ ...framing, name: `auto-${framing.name}`, decoder: detecting(framing, among) })
  const anything = { ...concatenated, name: 'any', contentType: anyType }
  return {
    name: 'auto',
    framings: [auto(sse), auto(ndjson), auto(jsonSeq), auto(concatenated), auto(plainText), auto(anything)],
    decoder: () => autoDecoder(among),
  }
}
