/** Breaks what is under way, on request: `POST /api/demo/break` with `{run_id, how}`. For the demo's page and its tests. */
import type { Runtime } from '@agentstream/edge'
import { createSocketValve } from './socket-valve.ts'
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
  watch(request: Request, response: Response): Response
  /** The same for sockets. */
  watchSockets(runtime: Runtime): Runtime
  /** Answers a request to break something. */
  answer(request: Request): Promise<Response>
  /** What this server can do to itself. */
  readonly can: readonly Breakage[]
}

export function createBreaker({ kill, expire }: BreakerOptions): Breaker {
  const valves = new Map<string, Set<Valve>>()
  const remember = (names: readonly string[], valve: Valve): void => {
    for (const name of names) valves.set(name, (valves.get(name) ?? new Set()).add(valve))
  }
  const forget = (names: readonly string[], valve: Valve): void => {
    for (const name of names) {
      valves.get(name)?.delete(valve)
      if (valves.get(name)?.size === 0) valves.delete(name)
    }
  }
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
    watch(request, response) {
      const runId = response.headers.get('agentstream-run-id')
      if (runId === null || !response.body) return response
      // Most protocols leave it to the server to name the run: then the page breaks it by the name that it gave its request.
      const names = [runId, request.headers.get('demo-run') ?? runId]
      const valve = createValve(response, () => forget(names, valve))
      remember(names, valve)
      return valve.response
    },
    watchSockets: ({ upgrade, ...runtime }) => ({
      ...runtime,
      ...(upgrade && {
        upgrade(request) {
          const upgraded = upgrade(request)
          if (!upgraded.socket) return upgraded
          const { socket } = upgraded
          const onRun = (runId: string, valve: Valve): void => {
            remember([runId], valve)
            socket.addEventListener('close', () => forget([runId], valve))
          }
          return { ...upgraded, socket: createSocketValve(socket, onRun) }
        },
      }),
    }),
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
