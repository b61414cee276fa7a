import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach, beforeEach } from 'vitest'
import type { Agent } from '../src/agents/agent.ts'
import type { Journal, JournalEntry } from '../src/runs/journal.ts'
import type { RunView } from '../src/runs/live-run.ts'
import { createRunService, type RunService, type RunServiceOptions } from '../src/runs/run-service.ts'
import { sqliteJournal } from '../src/runs/sqlite-journal.ts'
import { contents, puppet } from './puppet.ts'

export const done: AgentEvent = { type: 'completed', success: true }

export interface ProcessOptions extends Partial<RunServiceOptions> {
  readonly isResumable?: boolean
  readonly leaseMs?: number
  /** What stands between the service and its journal. */
  readonly around?: (journal: Journal) => Journal
}

/** Processes that share one SQLite file, and a clock that the test moves. For every test a file of its own. */
export function sharedFile() {
  let folder = ''
  let time = 0
  const databases: DatabaseSync[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agentstream-shared-'))
    time = 0
  })
  afterEach(() => {
    for (const database of databases.splice(0)) database.close()
    rmSync(folder, { recursive: true })
  })
  return {
    passTime(ms: number) {
      time += ms
    },
    /** A process of its own: its own connection to the file, its own service, its own agent. */
    process({ isResumable = true, leaseMs = 60_000, around = (journal) => journal, ...options }: ProcessOptions = {}) {
      const database = new DatabaseSync(join(folder, 'runs.db'))
      databases.push(database)
      const worker = puppet({ isResumable })
      const journal = around(sqliteJournal(database, { pollMs: 5, leaseMs, now: () => time }))
      const findAgent = (name: string) => (name === 'puppet' ? worker.agent : undefined)
      const service = createRunService({ journal, onDisconnect: 'continue', onError: () => {}, now: () => time, findAgent, ...options })
      return { ...worker, service, journal }
    },
  }
}

export async function start(service: RunService, agent: Agent): Promise<RunView> {
  const result = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' }, parameters: { temperature: 1 } })
  if (result.outcome !== 'started') throw new Error(result.outcome)
  return result.view
}

export async function follow(service: RunService, after?: string): Promise<RunView> {
  const result = await service.follow('r', after)
  if (result.outcome !== 'followed') throw new Error(result.outcome)
  return result.view
}

/** What a view shows, and a promise of the first entry. */
export function watch(view: RunView) {
  let first = (_: JournalEntry): void => {}
  const begun = new Promise<JournalEntry>((resolve) => {
    first = resolve
  })
  return { begun, all: contents(view, first) }
}
