/**
 * Holds our server's promise to its word: every frame of a journal once, in order, unchanged. Frames without an id, or with
 * an opaque one, promise nothing and pass.
 */
import { ProtocolError, StreamInterruptedError } from '../errors.ts'
import { parseCursor } from '../wire/cursor.ts'
import { emptyDigest, extendDigest, formatDigest } from '../wire/digest.ts'
import type { Frame } from '../wire/frames/frame.ts'

export interface Continuity {
  /** False for a frame that was seen before. Throws when frames are missing, or belong to another journal. */
  accept(frame: Frame): boolean
  /** Throws ProtocolError unless the server's last cursor and digest are ours. */
  verify(last: { readonly cursor?: unknown; readonly digest?: unknown }): void
  cursor(): string | undefined
}

export function createContinuity(): Continuity {
  let epoch: string | undefined
  let seq = 0
  let cursor: string | undefined
  let digest = emptyDigest

  /** The slow way, for the first frame and for everything that is not simply the next one. */
  const check = (id: string): boolean => {
    const at = parseCursor(id)
    if (!at) return true
    epoch ??= at.epoch
    if (at.epoch !== epoch) throw new ProtocolError(`The journal changed from ${epoch} to ${at.epoch} within one run`)
    if (at.seq <= seq) return false
    if (at.seq > seq + 1) throw new StreamInterruptedError(`Events ${seq + 1} to ${at.seq - 1} are missing`, { cursor })
    seq = at.seq
    return true
  }
  return {
    accept({ id, data }) {
      if (id === undefined) return true
      if (epoch !== undefined && id === `${epoch}-${seq + 1}`) seq++
      else if (!check(id)) return false
      cursor = id
      if (epoch !== undefined) digest = extendDigest(digest, data)
      return true
    },
    verify(last) {
      if (last.cursor !== undefined && last.cursor !== cursor)
        throw new ProtocolError(`The server sent events up to ${last.cursor}, but ${cursor ?? 'none'} arrived`)
      if (last.digest !== formatDigest(digest)) throw new ProtocolError('Events were changed on the way: the digests differ')
    },
    cursor: () => cursor,
  }
}
