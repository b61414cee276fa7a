import { type AgentEvent, LimitError } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import { countListeners } from '../../test/listeners.ts'
import type { JournalEntry } from './journal.ts'
import { journalContract } from './journal-contract.ts'
import { createMemoryJournal } from './memory-journal.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
const failure: AgentEvent = { type: 'error', error: 'full' }

async function rest(batches: AsyncIterable<readonly JournalEntry[]>): Promise<JournalEntry[]> {
  const all: JournalEntry[] = []
  for await (const batch of batches) all.push(...batch)
  return all
}

describe('memory journal', () => {
  journalContract(() => createMemoryJournal(), { test, expect })

  test('a finished run expires, a running one does not, and an open reader still gets all of it', async () => {
    let time = 0
    const journal = createMemoryJournal({ keepMs: 100, now: () => time })
    await journal.open('done')
    await journal.append('done', [token('a')])
    await journal.append('done', [token('b')])
    await journal.close('done', 'completed')
    await journal.open('running')
    const reader = journal.read('done', undefined, new AbortController().signal)[Symbol.asyncIterator]()
    const first = await reader.next()
    time = 101
    expect(await journal.status('done')).toEqual({ status: 'unknown' })
    expect((await journal.status('running')).status).toBe('running')
    expect(first.value).toHaveLength(2)
    expect((await reader.next()).done).toBe(true)
    expect(await journal.open('done')).toBe('producer')
  })

  test('S22 X11 a run id that is used again after expiry has another epoch', async () => {
    let time = 0
    const journal = createMemoryJournal({ keepMs: 1, now: () => time })
    await journal.open('a')
    const before = await journal.append('a', [token('x')])
    await journal.close('a', 'completed')
    time = 5
    await journal.open('a')
    const after = await journal.append('a', [token('x')])
    expect(after.split('-')[0]).not.toBe(before.split('-')[0])
    await expect(rest(journal.read('a', before, new AbortController().signal))).rejects.toThrow('cursor')
  })

  test('S20 a full run takes one terminal event more', async () => {
    for (const limits of [{ maxEventsPerRun: 2 }, { maxBytesPerRun: 70 }]) {
      const journal = createMemoryJournal(limits)
      await journal.open('a')
      await journal.append('a', [token('1')])
      await journal.append('a', [token('2')])
      await expect(journal.append('a', [token('3')])).rejects.toBeInstanceOf(LimitError)
      expect(await journal.append('a', [failure])).toMatch(/-3$/)
    }
  })

  test('S18 X10 the oldest finished run makes room; with every run running no further one opens', async () => {
    const journal = createMemoryJournal({ maxRuns: 2 })
    await journal.open('a')
    await journal.open('b')
    await expect(journal.open('c')).rejects.toBeInstanceOf(LimitError)
    await journal.close('b', 'completed')
    await journal.close('a', 'completed')
    expect(await journal.open('c')).toBe('producer')
    expect((await journal.status('b')).status).toBe('unknown')
    expect((await journal.status('a')).status).toBe('completed')
  })

  test('S18 a reader gets what is queued in few batches, none of them large', async () => {
    const journal = createMemoryJournal()
    await journal.open('a')
    for (let n = 0; n < 2_000; n++) await journal.append('a', [token('x'.repeat(n < 1_000 ? 1 : 1_000))])
    await journal.close('a', 'completed')
    const sizes: number[] = []
    for await (const batch of journal.read('a', undefined, new AbortController().signal)) sizes.push(batch.reduce((sum, { data }) => sum + data.length, 0))
    expect(sizes.length).toBeLessThan(30)
    expect(Math.max(...sizes)).toBeLessThan(70_000)
  })

  test('L8 readers that come and go leave nothing on the signal they were given', async () => {
    const journal = createMemoryJournal()
    await journal.open('a')
    await journal.append('a', [token('x')])
    const { signal } = new AbortController()
    const listeners = countListeners(signal)
    for (let n = 0; n < 100; n++) for await (const _ of journal.read('a', undefined, signal)) break
    expect(listeners()).toBe(0)
  })
})
