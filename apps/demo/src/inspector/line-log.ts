/**
 * Enters: how a run's connection stands. Leaves: a bounded story of it, in sentences: what was broken, what was lost, when it came
 * back, and what the digest says in the end.
 */
import type { AgentRun, RunState } from '@agentstream/client'
import { formatCount, formatDuration } from '../model/format.ts'

export interface LineNote {
  readonly id: number
  /** Milliseconds since the run was first looked at. */
  readonly at: number
  readonly tone: 'asked' | 'lost' | 'back' | 'good' | 'bad'
  readonly words: string
}

export interface LineLog {
  /** Follows a run from now on, instead of the one before. Returns the way to stop. */
  watch(run: AgentRun): () => void
  /** Somebody broke something on purpose. */
  asked(words: string): void
  subscribe(listener: () => void): () => void
  getSnapshot(): readonly LineNote[]
}

const mostNotes = 50

export function createLineLog(now: () => number = () => performance.now()): LineLog {
  const listeners = new Set<() => void>()
  let notes: readonly LineNote[] = []
  let nextId = 1
  let startedAt = 0
  let watched: string | undefined

  const add = (tone: LineNote['tone'], words: string): void => {
    notes = [...notes.slice(1 - mostNotes), { id: nextId++, at: now() - startedAt, tone, words }]
    for (const listener of listeners) listener()
  }
  const begin = (id: string): void => {
    // StrictMode looks at the same run twice.
    if (watched === id) return
    watched = id
    startedAt = now()
    notes = []
    for (const listener of listeners) listener()
  }
  return {
    watch(run) {
      begin(run.id)
      let seen = run.getSnapshot()
      let lostAt: number | undefined
      return run.subscribe(() => {
        const state = run.getSnapshot()
        if (state.connection.losses > seen.connection.losses) {
          lostAt ??= now()
          add('lost', lossOf(state))
        }
        if (state.connection.isBuffered && !seen.connection.isBuffered)
          add('lost', 'Something between the server and this page holds events back: they show later than they happen.')
        if (state.counts.restarts > seen.counts.restarts)
          add('back', 'Another process took the run up. Its unfinished round begins again; no tool is called twice.')
        if (lostAt !== undefined && state.connection.phase === 'open') {
          add('back', `Back after ${formatDuration(now() - lostAt)}, from the event after that one.`)
          lostAt = undefined
        }
        // The digest comes after the last event.
        if (state.connection.phase === 'closed' && seen.connection.phase !== 'closed') add(...endOf(state))
        seen = state
      })
    },
    asked: (words) => add('asked', words),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => notes,
  }
}

function lossOf({ connection: { cursor } }: RunState): string {
  const event = cursor?.split('-')[1]
  return event === undefined ? 'The server could not be reached.' : `The connection was lost after event ${event}.`
}

function endOf({ status, integrity, connection: { cursor, losses }, counts }: RunState): readonly [LineNote['tone'], string] {
  if (integrity === 'verified') {
    const times = losses === 0 ? '' : `, over ${formatCount(losses + 1, 'connection')}`
    const events = Number(cursor?.split('-')[1] ?? counts.events)
    return ['good', `${formatCount(events, 'event')}, each once and in order${times}: the digests agree.`]
  }
  if (integrity === 'broken') return ['bad', 'Events are missing or were changed on the way.']
  if (status === 'truncated') return ['bad', 'The rest could not be had. What arrived before stays.']
  return ['asked', 'This stream brings no digest to check it against.']
}
