/** What every journal must keep. Vitest-free: it registers through whatever `test` and `expect` it is handed. */
import { type AgentEvent, emptyDigest, extendDigest, formatDigest, parseCursor } from '@agentstream/client/wire'
import type { Journal, JournalEntry } from './journal.ts'

/** The part of a test runner that the contract needs; those of Vitest, Jest and Bun fit as they are. */
export interface ContractRunner {
  readonly test: (name: string, body: () => Promise<void>) => unknown
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): unknown }
}

const token = (content: string): AgentEvent => ({ type: 'token', content })
const never = (): AbortSignal => new AbortController().signal

async function rest(batches: AsyncIterable<readonly JournalEntry[]>): Promise<JournalEntry[]> {
  const all: JournalEntry[] = []
  for await (const batch of batches) all.push(...batch)
  return all
}

async function rejects(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action()
    return false
  } catch {
    // That it throws is what is asked; which error is up to the storage.
    return true
  }
}

/** A run with n tokens, closed or still running. */
async function fill(journal: Journal, runId: string, events: readonly AgentEvent[]): Promise<string[]> {
  await journal.open(runId)
  const ids: string[] = []
  for (const event of events) ids.push(await journal.append(runId, [event]))
  return ids
}

/**
 * Registers one test per rule that a journal must keep; `make` gives a fresh one each time.
 *
 * ```ts
 * import { expect, test } from 'vitest'
 * journalContract(() => createMyJournal(), { test, expect })
 * ```
 */
export function journalContract(make: () => Journal | Promise<Journal>, { test, expect }: ContractRunner): void {
  const rule = (name: string, body: (journal: Journal) => Promise<void>): unknown => test(`journal: ${name}`, async () => body(await make()))
  const words = ['one', 'two', 'three', 'four', 'five'].map(token)

  rule('S23 a run id has one producer, whoever asks later and however often', async (journal) => {
    expect(await Promise.all([journal.open('a'), journal.open('a'), journal.open('b')])).toEqual(['producer', 'reader', 'producer'])
    await journal.close('a', 'completed')
    expect(await journal.open('a')).toEqual('reader')
  })

  rule('cursors are dense from 1 within one epoch, and epochs differ between runs', async (journal) => {
    const cursors = (await fill(journal, 'a', words)).map(parseCursor)
    expect(cursors.map((cursor) => cursor?.seq)).toEqual([1, 2, 3, 4, 5])
    expect(new Set(cursors.map((cursor) => cursor?.epoch)).size).toEqual(1)
    const [other] = (await fill(journal, 'b', words)).map(parseCursor)
    expect(other?.epoch === cursors[0]?.epoch).toEqual(false)
  })

  rule('S17 readers that join at any seam get the same sequence, none lost or doubled', async (journal) => {
    const ids = await fill(journal, 'a', words)
    await journal.close('a', 'completed')
    for (const [at, after] of [undefined, ...ids].entries()) {
      const entries = await rest(journal.read('a', after, never()))
      expect(entries.map(({ id, event }) => [id, event])).toEqual(ids.slice(at).map((id, n) => [id, words[at + n]]))
    }
  })

  rule('S17 readers of a live run get every event once and end with it', async (journal) => {
    await fill(journal, 'a', words.slice(0, 2))
    const readers = [0, 1, 2].map(() => rest(journal.read('a', undefined, never())))
    for (const event of words.slice(2)) await journal.append('a', [event])
    await journal.close('a', 'completed')
    for (const entries of await Promise.all(readers)) expect(entries.map(({ event }) => event)).toEqual(words)
  })

  rule('S18 a reader that stops reading holds up nobody', async (journal) => {
    await fill(journal, 'a', words.slice(0, 1))
    const slow = journal.read('a', undefined, never())[Symbol.asyncIterator]()
    await slow.next()
    const quick = rest(journal.read('a', undefined, never()))
    for (const event of words.slice(1)) await journal.append('a', [event])
    await journal.close('a', 'completed')
    expect((await quick).length).toEqual(5)
    expect((await rest({ [Symbol.asyncIterator]: () => slow })).map(({ event }) => event)).toEqual(words.slice(1))
  })

  rule('an aborted reader ends without an error, also while it waits', async (journal) => {
    await fill(journal, 'a', words)
    const switched = new AbortController()
    const reading = rest(journal.read('a', undefined, switched.signal))
    await journal.append('a', [token('six')])
    switched.abort()
    await reading
    expect(await rest(journal.read('a', undefined, switched.signal))).toEqual([])
    await journal.append('a', [token('seven')])
  })

  rule('status tells how far a run is and how it ended, with the digest of the stored texts', async (journal) => {
    expect(await journal.status('a')).toEqual({ status: 'unknown' })
    const ids = await fill(journal, 'a', words)
    const digest = formatDigest(words.reduce((sum, event) => extendDigest(sum, JSON.stringify(event)), emptyDigest))
    expect(await journal.status('a')).toEqual({ status: 'running', cursor: ids[4], digest })
    await journal.close('a', 'failed')
    await journal.close('a', 'completed')
    expect(await journal.status('a')).toEqual({ status: 'failed', cursor: ids[4], digest })
    const entries = await rest(journal.read('a', undefined, never()))
    expect(entries.map(({ data }) => data)).toEqual(words.map((event) => JSON.stringify(event)))
  })

  rule('S20 what cannot be stored throws and leaves no hole', async (journal) => {
    await journal.open('a')
    await journal.append('a', [token('one')])
    const cyclic: { type: 'custom'; name: string; data: unknown } = { type: 'custom', name: 'loop', data: undefined }
    cyclic.data = cyclic
    expect(await rejects(() => journal.append('a', [cyclic]))).toEqual(true)
    expect(parseCursor(await journal.append('a', [token('two')]))?.seq).toEqual(2)
    await journal.close('a', 'completed')
    expect(await rejects(() => journal.append('a', [token('three')]))).toEqual(true)
    expect(await rejects(() => journal.append('unknown', [token('one')]))).toEqual(true)
    expect((await rest(journal.read('a', undefined, never()))).length).toEqual(2)
  })

  rule('S20 several events are stored in order and answered with the cursor of the last; those before a bad one stay', async (journal) => {
    await journal.open('a')
    expect(parseCursor(await journal.append('a', words))?.seq).toEqual(5)
    const cyclic: { type: 'custom'; name: string; data: unknown } = { type: 'custom', name: 'loop', data: undefined }
    cyclic.data = cyclic
    expect(await rejects(() => journal.append('a', [token('six'), cyclic, token('seven')]))).toEqual(true)
    expect(parseCursor(await journal.append('a', [token('eight')]))?.seq).toEqual(7)
    await journal.close('a', 'completed')
    const entries = await rest(journal.read('a', undefined, never()))
    expect(entries.map(({ event }) => event)).toEqual([...words, token('six'), token('eight')])
    expect(entries.map(({ id }) => parseCursor(id)?.seq)).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  rule('S22 a cursor that the run never handed out is refused', async (journal) => {
    const ids = await fill(journal, 'a', words)
    const foreign = await fill(journal, 'b', words)
    await journal.close('a', 'completed')
    const ahead = String(ids[4]).replace(/5$/, '6')
    for (const cursor of ['', 'garbage', ahead, String(foreign[0])])
      expect([cursor, await rejects(() => rest(journal.read('a', cursor, never())))]).toEqual([cursor, true])
    expect(await rejects(() => rest(journal.read('unknown', undefined, never())))).toEqual(true)
  })

  rule('lone surrogates and separators survive, so the digest is the same on both ends', async (journal) => {
    const odd = token('\ud800 \u2028 \u0000 \r\n 👋')
    await fill(journal, 'a', [odd])
    await journal.close('a', 'completed')
    const [entry] = await rest(journal.read('a', undefined, never()))
    expect(new TextDecoder().decode(new TextEncoder().encode(entry?.data))).toEqual(JSON.stringify(odd))
  })
}
