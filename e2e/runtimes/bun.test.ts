import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bunSocketListeners, bunUpgrade } from '@agentstream/edge/bun'
import { sqliteJournal, sqliteSessionStore } from '@agentstream/edge/sqlite'
import { journalContract, sessionStoreContract, sharedJournalContract } from '@agentstream/edge/testing'
import { createApp } from './app.ts'
import { cases } from './cases.ts'

const app = createApp()
// Bun closes a connection that was silent for ten seconds, unless told not to; an agent may think for longer.
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: (request, bun) => app(request, { upgrade: bunUpgrade(bun) }),
  websocket: bunSocketListeners,
})
afterAll(() => server.stop(true))
const url = server.url.origin

for (const { name, run } of cases) test(`Bun: ${name}`, () => run({ url }), 10_000)

const folder = mkdtempSync(join(tmpdir(), 'agentstream-bun-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
let passed = 0
const now = (): number => Date.now() + passed
const passTime = (ms: number): void => {
  passed += ms
}
const database = (file: string) => new Database(join(folder, file))
const open = (file: string) => sqliteJournal(database(file), { pollMs: 5, now })
const runner = { test: (name: string, run: () => Promise<void>) => test(`Bun with SQLite: ${name}`, run, 10_000), expect }

journalContract(() => open(`${files++}.db`), runner)
sharedJournalContract(() => {
  const file = `${files++}.db`
  return { first: open(file), second: open(file), passTime }
}, runner)
sessionStoreContract(
  (limits) => {
    const file = `${files++}.db`
    const make = () => sqliteSessionStore(database(file), { ...limits, now })
    return { first: make(), second: make(), passTime }
  },
  runner,
  { perOwner: true },
)
