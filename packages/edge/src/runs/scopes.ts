import type { RunContext } from '../agents/agent.ts'

/** Which parts of a run can be stopped alone, and how that went. Knows no tools and no HTTP. */

type Scopes = NonNullable<RunContext['scopes']>
type Stop = Parameters<Scopes['open']>[1]
type End = Parameters<ReturnType<Scopes['open']>>[0]

/** `unknown_run`: nothing in the run had this id so far. */
export type ScopeOutcome = 'cancelled' | 'already_finished' | 'unknown_run'

export interface RunScopes extends Scopes {
  /** Answers when what was stopped is over, so that the receipt is true. */
  stop(id: string, reason?: string): Promise<ScopeOutcome>
}

interface Part {
  readonly id: string
  readonly stop: Stop
  readonly end: Promise<End>
}

export function createScopes(): RunScopes {
  const parts = new Set<Part>()
  const seen = new Set<string>()
  return {
    open(id, stop) {
      seen.add(id)
      let over = (_: End): void => {}
      const part: Part = {
        id,
        stop,
        end: new Promise((resolve) => {
          over = resolve
        }),
      }
      parts.add(part)
      return (end) => {
        parts.delete(part)
        over(end)
      }
    },
    async stop(id, reason) {
      const open = [...parts].filter((part) => part.id === id)
      if (open.length === 0) return seen.has(id) ? 'already_finished' : 'unknown_run'
      for (const part of open) part.stop(reason)
      const ends = await Promise.all(open.map(({ end }) => end))
      return ends.includes('stopped') ? 'cancelled' : 'already_finished'
    },
  }
}
