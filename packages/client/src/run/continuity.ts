/**
 * Holds our server's promise to its word: every frame of a journal once, in order, unchanged, over as many connections as it
 * takes. Frames without an id, or with an opaque one, promise nothing.
 */
import { ProtocolError, StreamInterruptedError } from '../errors.ts'
import { parseCursor } from '../wire/cursor.ts'
import { emptyDigest, extendDigest, formatDigest } from '../wire/digest.ts'
import type { Frame } from '../wire/frames/frame.ts'

/** `new`: the next one. `seen`: it was there before. `unnumbered`: it has no place in a journal. */
export type Standing = 'new' | 'seen' | 'unnumbered'

export interface Continuity {
  /** Throws StreamInterruptedError when frames are missing, ProtocolError for one of another journal. */
  accept(frame: Frame): Standing
  /**
   * Holds what was received against the server's last cursor and digest. True when they are the same; false when that cannot
   * be known, because the beginning was not asked for. Throws as `accept` does, and ProtocolError when frames were changed.
   */
  verify(last: { readonly cursor?: unknown; readonly digest?: unknown }): boolean
  /** The last frame that was accepted. */
  cursor(): string | undefined
}

/** With `after`, what comes after that cursor is awaited. */
export function createContinuity(after?: string): Continuity {
  const start = after === undefined ? undefined : parseCursor(after)
  let epoch = start?.epoch
  let seq = start?.seq ?? 0
  let cursor = after
  let digest = emptyDigest

  const missing = (to: number): StreamInterruptedError => new StreamInterruptedError(`Events ${seq + 1} to ${to} are missing`, { cursor })

  /** The slow way, for the first frame and for everything that is not simply the next one. */
  const check = (id: string): Standing => {
    const at = parseCursor(id)
    if (!at) return 'unnumbered'
    epoch ??= at.epoch
    if (at.epoch !== epoch) throw new ProtocolError(`The journal changed from ${epoch} to ${at.epoch} within one run`)
    if (at.seq <= seq) return 'seen'
    if (at.seq > seq + 1) throw missing(at.seq - 1)
    return 'new'
  }
  return {
    accept({ id, data }) {
      if (id === undefined) return 'unnumbered'
      if (epoch === undefined || id !== `${epoch}-${seq + 1}`) {
        const standing = check(id)
        if (standing !== 'new') return standing
      }
      seq++
      cursor = id
      digest = extendDigest(digest, data)
      return 'new'
    },
    verify(last) {
      const end = parseCursor(String(last.cursor))
      if (end && end.epoch === (epoch ?? end.epoch) && end.seq > seq) throw missing(end.seq)
      if (last.cursor !== undefined && last.cursor !== cursor)
        throw new ProtocolError(`The server sent events up to ${last.cursor}, but ${cursor ?? 'none'} arrived`)
      if (start) return false
      if (last.digest !== formatDigest(digest)) throw new ProtocolError('Events were changed on the way: the digests differ')
      return true
    },
    cursor: () => cursor,
  }
}
