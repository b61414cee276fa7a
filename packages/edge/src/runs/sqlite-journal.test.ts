import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type AgentEvent, LimitError } from '@agentstream/client/wire'
import { afterEach, describe, expect, test } from 'vitest'
import { journalContract } from './journal-contract.ts'
import { sharedJournalContract } from './shared-journal-contract.ts'
import { sqliteJournal } from './sqlite-journal.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
const never = (): AbortSignal => new AbortController().signal
const open: DatabaseSync[] = []
const folders: string[] = []

afterEach(() => {
  for (const database of open.splice(0)) database.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function database(path = ':memory:'): DatabaseSync {
  const opened = new DatabaseSync(path)
  open.push(opened)
  return opened
}

/** Two connections to one file stand for two processes. */
function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agentstream-sqlite-'))
  folders.push(folder)
  return join(folder, 'runs.db')
}

describe('SQLite journal', () => {
  journalContract(() => sqliteJournal(database(), { pollMs: 5 }), { test, expect })

  sharedJournalContract(
    () => {
      let time = 0
      const path = file()
      const options = { pollMs: 5, leaseMs: 1_000, now: () => time }
      return {
        first: sqliteJournal(database(path), options),
        second: sqliteJournal(database(path), options),
        passTime: (ms) => {
          time += ms
        },
      }
    },
    { test, expect },
  )

  test('runs are still there when the file is opened again, and whoever produced them is locked out', async () => {
    const path = file()
    const before = database(path)
    const journal = sqliteJournal(before)
    await journal.open('done')
    const cursor = await journal.append('done', [token('a'), token('b')])
    await journal.close('done', 'completed')
    await journal.open('cut')
    const status = await journal.status('done')
    before.close()
    open.pop()
    const again = sqliteJournal(database(path))
    expect(await again.status('done')).toEqual(status)
    expect(status).toMatchObject({ status: 'completed', cursor })
    const entries = []
    for await (const batch of again.read('done', undefined, never())) entries.push(...batch)
    expect(entries.map(({ event }) => event)).toEqual([token('a'), token('b')])
    await expect(again.append('cut', [token('c')])).rejects.toThrow('another process')
  })

  test('S22 X11 a run expires after its end or its last sign of life, and its id then begins anew with another epoch', async () => {
    let time = 0
    const db = database()
    const journal = sqliteJournal(db, { keepMs: 100, leaseMs: 10, now: () => time })
    await journal.open('done')
    const old = await journal.append('done', [token('a')])
    await journal.close('done', 'completed')
    await journal.open('cut')
    await journal.append('cut', [token('a')])
    time = 101
    expect([(await journal.status('done')).status, (await journal.status('cut')).status]).toEqual(['unknown', 'running'])
    time = 111
    expect((await journal.status('cut')).status).toBe('unknown')
    expect(await journal.open('done')).toBe('producer')
    expect((await journal.append('done', [token('a')])).split('-')[0]).not.toBe(old.split('-')[0])
    expect(db.prepare('SELECT count(*) AS n FROM agentstream_entries').all()).toEqual([expect.objectContaining({ n: 1 })])
  })

  test('S20 a full run takes one terminal event more', async () => {
    for (const limits of [{ maxEventsPerRun: 2 }, { maxBytesPerRun: 70 }]) {
      const journal = sqliteJournal(database(), limits)
      await journal.open('a')
      await expect(journal.append('a', ['1', '2', '3'].map(token))).rejects.toBeInstanceOf(LimitError)
      expect(await journal.append('a', [{ type: 'error', error: 'full' }])).toMatch(/-3$/)
    }
  })

  test('S20 a disk that fails leaves no hole and no open transaction', async () => {
    const db = database()
    let isBroken = false
    const journal = sqliteJournal({
      exec: (sql) => db.exec(sql),
      prepare(sql) {
        const statement = db.prepare(sql)
        return {
          all(...values) {
            if (isBroken && sql.startsWith('UPDATE')) throw new Error('disk full')
            return statement.all(...values)
          },
        }
      },
    })
    await journal.open('a')
    isBroken = true
    await expect(journal.append('a', [token('a')])).rejects.toThrow('disk full')
    isBroken = false
    expect(await journal.append('a', [token('b')])).toMatch(/-1$/)
  })
})
