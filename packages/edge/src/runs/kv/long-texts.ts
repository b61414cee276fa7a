import { commit } from './commit.ts'
import type { KvStore } from './kv-store.ts'
import { cut, join } from './pieces.ts'

/** A text under a key of its own, or its beginning, with the rest in pieces elsewhere. */
export interface LongText {
  readonly start: Uint8Array
  /** Names the other pieces: nobody else ever writes under it, so what a writer left behind that died is never read. */
  readonly rest?: string
}

export interface LongTexts {
  /** Writes all but the start, which is to be written with what refers to it. */
  write(runId: string, text: string): Promise<LongText>
  read(runId: string, text: LongText): Promise<string>
}

// One commit may have 800 KiB, keys and their like included.
const piecesPerCommit = 10

export function createLongTexts(kv: KvStore, expireIn: number): LongTexts {
  const prefixOf = (runId: string, rest: string): string[] => ['agentstream', runId, 'rest', rest]
  return {
    async write(runId, text) {
      const [start = new Uint8Array(), ...pieces] = cut(text)
      if (pieces.length === 0) return { start }
      const rest = crypto.randomUUID()
      for (let at = 0; at < pieces.length; at += piecesPerCommit) {
        const atomic = kv.atomic()
        for (const [n, piece] of pieces.slice(at, at + piecesPerCommit).entries()) atomic.set([...prefixOf(runId, rest), at + n], piece, { expireIn })
        await commit(atomic)
      }
      return { start, rest }
    },
    async read(runId, { start, rest }) {
      const pieces = [start]
      if (rest !== undefined) {
        // What is under this key was written above.
        for await (const { value } of kv.list({ prefix: prefixOf(runId, rest) }, { batchSize: 10 })) pieces.push(value as Uint8Array)
      }
      return join(pieces)
    },
  }
}
