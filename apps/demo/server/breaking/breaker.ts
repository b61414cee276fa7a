/** Breaks what is under way, on request: `POST /api/demo/break` with `{run_id, how}`. For the demo's page and its tests. */
import { createValve, type Valve } from './valve.ts'

export const breakages = ['cut', 'repeat', 'silence', 'kill', 'expire'] as const
export type Breakage = (typeof breakages)[number]

export interface BreakerOptions {
  /** Undefined where the server cannot come back to life. */
  readonly kill: (() => void) | undefined
  readonly expire: () => void
}

export interface Breaker {
  /** Makes a streamed answer breakable; any other passes. */
  watch(response: Response): Response
  /** Answers a request to break something. */
  answer(request: Request): Promise<Response>
  /** What this server can do to itself. */
  readonly can: readonly Breakage[]
}

export function createBreaker({ kill, expire }: BreakerOptions): Breaker {
  const valves = new Map<string, Set<Valve>>()
  const cutAll = (): void => {
    for (const open of valves.values()) for (const valve of open) valve.cut()
  }
  const how: Readonly<Record<Breakage, (runId: string) => void>> = {
    cut: (runId) => each(runId, (valve) => valve.cut()),
    repeat: (runId) => each(runId, (valve) => valve.repeat()),
    silence: (runId) => each(runId, (valve) => valve.silence()),
    kill() {
      kill?.()
      cutAll()
    },
    expire(runId) {
      expire()
      each(runId, (valve) => valve.cut())
    },
  }
  const each = (runId: string, act: (valve: Valve) => void): void => {
    for (const valve of valves.get(runId) ?? []) act(valve)
  }
  return {
    can: breakages.filter((name) => name !== 'kill' || kill),
    watch(response) {
      const runId = response.headers.get('agentstream-run-id')
      if (runId === null || !response.body) return response
      const open = valves.get(runId) ?? new Set()
      valves.set(runId, open)
      const valve = createValve(response, () => {
        open.delete(valve)
        if (open.size === 0) valves.delete(runId)
      })
      open.add(valve)
      return valve.response
    },
    async answer(request) {
      const asked: unknown = await request.json().catch(() => undefined)
      const { run_id: runId, how: name } = typeof asked === 'object' && asked !== null ? (asked as Record<string, unknown>) : {} // Looked at below.
      const known = breakages.find((one) => one === name)
      if (typeof runId !== 'string' || known === undefined) return Response.json({ error: 'Expected {run_id, how}' }, { status: 400 })
      how[known](runId)
      return Response.json({ broken: known })
    },
  }
}
