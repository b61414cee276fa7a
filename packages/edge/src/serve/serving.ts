/** What the routes share: how a run is started for a request, and how it is streamed as the answer to one. */
import type { Context, Hono } from 'hono'
import type { Agent } from '../agents/agent.ts'
import type { Hold, RunView } from '../runs/live-run.ts'
import type { FollowResult, RunService, StartResult } from '../runs/run-service.ts'
import type { BodyOptions } from './body.ts'
import { type ErrorCode, errorResponse } from './error-response.ts'
import { type Env, keyOf, sessionKeyOf } from './guard.ts'
import type { Heartbeats } from './heartbeats.ts'
import { inTrace, traceOf } from './in-trace.ts'
import { type StartInput, tooLarge } from './input.ts'
import type { PrincipalLimits } from './options.ts'
import { framingOf, type ProtocolOf } from './protocols.ts'
import { respond } from './respond.ts'

export interface RouteOptions {
  readonly findAgent: (name: string) => Agent | undefined
  readonly service: RunService
  /** For one response; see `handler.ts` for why it asks. */
  readonly heartbeatsFor: (context: Context<Env>) => Heartbeats
  readonly body: BodyOptions
  readonly limits: PrincipalLimits
  readonly clientParameters: readonly string[] | undefined
  readonly onError: (error: unknown) => void
}

/** To be called after the methods that the addresses have. */
export function refuseOtherMethods(app: Hono<Env>, methodsOf: Readonly<Record<string, string>>): void {
  for (const [path, allow] of Object.entries(methodsOf)) app.all(path, () => errorResponse('method_not_allowed', { headers: { allow } }))
}

/** What a request asks to be started, and in whose words it is answered: our own unless told. */
export interface StartOrder {
  readonly agent: Agent
  readonly input: StartInput
  readonly protocolOf?: ProtocolOf | undefined
}

interface TooLarge {
  readonly outcome: 'too_large'
  readonly message: string
}

// Other runs end before anybody can say when; a few seconds spread the next attempts.
const retryAfterSeconds = '5'

/**
 * How long a message waits for the answer before it to end. Who stops an answer and asks again at once is often heard in the other
 * order: a browser closes one connection, or asks whether it may send the stop, while it opens the next.
 */
const patienceMs = 2_000

export async function start(context: Context<Env>, { agent, input }: StartOrder, { service, limits }: RouteOptions): Promise<StartResult | TooLarge> {
  const { runId, task } = input
  const key = keyOf(context, runId)
  const problem = tooLarge(task, limits)
  if (problem !== undefined) return { outcome: 'too_large', message: problem }
  const sessionKey = task.sessionId === undefined ? undefined : sessionKeyOf(context, { agentName: agent.name, sessionId: task.sessionId })
  const trace = traceOf(context.req.raw.headers)
  await service.quiet({ key, sessionKey }, patienceMs)
  const result = await service.start({ ...input, agent: trace ? inTrace(agent, trace) : agent, key, sessionKey })
  if (result.outcome === 'started') holdOf(context)?.(result.ending)
  return result
}

/** Why nothing was started, or followed. */
export type Refusal = Exclude<StartResult | FollowResult | TooLarge, { readonly view: RunView }>

export function refused({ outcome, ...more }: Refusal): Response {
  return errorResponse(outcome, { ...more, ...(isPassing.has(outcome) ? { headers: { 'retry-after': retryAfterSeconds } } : {}) })
}

const isPassing: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['busy', 'session_busy', 'closing', 'too_many_runs', 'too_many_viewers'])

export async function startAndStream(context: Context<Env>, order: StartOrder, options: RouteOptions): Promise<Response> {
  const result = await start(context, order, options)
  if (!('view' in result)) return refused(result)
  return streamed(context, { view: result.view, runId: order.input.runId, protocolOf: order.protocolOf }, options)
}

/** What comes of a run, for a client that waits for it as a whole: one that leaves watches no more. */
export async function waitedFor<T>(context: Context<Env>, view: RunView, outcome: Promise<T>): Promise<T> {
  // Held until the end: see `respond.ts`.
  const request = context.req.raw
  const leave = (): void => view.close()
  request.signal.addEventListener('abort', leave)
  if (request.signal.aborted) leave()
  try {
    return await outcome
  } finally {
    request.signal.removeEventListener('abort', leave)
  }
}

/** What keeps a run at work that goes on in this process because of this request. */
export function holdOf({ env: { runtime } }: Context<Env>): Hold | undefined {
  return runtime?.waitUntil && ((ending) => runtime.waitUntil?.(ending))
}

export interface Streamed {
  /** From the start of the run when a protocol is given. */
  readonly view: RunView
  readonly runId: string
  readonly protocolOf?: ProtocolOf | undefined
  /** What the viewer has already. */
  readonly after?: string | undefined
}

export function streamed(context: Context<Env>, { view, runId, protocolOf, after }: Streamed, options: RouteOptions): Response {
  const protocol = protocolOf?.({ runId })
  const accept = context.req.header('accept') ?? null
  const held: RunView = { ...view, entries: () => view.entries(holdOf(context)) }
  return respond({
    view: protocol?.isStoppedByLeaving ? { ...held, close: () => view.close('stopped') } : held,
    runId,
    framing: framingOf(protocol, accept),
    encoding: protocol && { encoder: protocol.encoder(), after },
    headers: protocol?.headers,
    heartbeats: options.heartbeatsFor(context),
    request: context.req.raw,
    onError: options.onError,
  })
}
