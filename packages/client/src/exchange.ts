/** What a client asks of its server, request by request: in our own server's routes, or in the words of a foreign protocol. */
import { HttpError, toAgentStreamError } from './errors.ts'
import { parseAgentInfo } from './info.ts'
import { startBody } from './input.ts'
import type { ApprovalAnswer, CancelOptions, CancelReceipt } from './run/agent-run.ts'
import type { StreamLimits, Transport, TransportRequest } from './run/transport.ts'
import type { AgentInfo } from './wire/agent.ts'
import type { Ask, Call } from './wire/ask.ts'
import { given, isObject, maybeJson } from './wire/json.ts'
import type { CancelOutcome, Dialogue, Protocol } from './wire/protocols/protocol.ts'

/** What `fetch` takes as headers; Node's own types have no `HeadersInit`. */
type HeadersLike = NonNullable<RequestInit['headers']>
/** The headers of every request, or what says them anew for each. */
export type HeaderSource = HeadersLike | (() => HeadersLike | Promise<HeadersLike>)

export interface ExchangeOptions {
  /** Without a slash at the end. */
  readonly url: string
  readonly transport: Transport
  readonly protocol: Protocol
  readonly headers: HeaderSource | undefined
  readonly limits: StreamLimits
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** The requests of one run. */
export interface RunExchange {
  readonly protocol: Protocol
  readonly request: TransportRequest
  /** Asks for the rest of the run; undefined where nothing numbers the events. */
  readonly resume: ((after: string) => TransportRequest) | undefined
  /** Stops the run on the server, or a part of it. Never rejects. */
  cancel(options?: CancelOptions): Promise<CancelReceipt>
  respond(approvalId: string, answer: ApprovalAnswer): Promise<void>
}

export interface Exchange {
  start(ask: Ask): RunExchange
  follow(runId: string, after?: string): RunExchange
  info(agent?: string, options?: CallOptions): Promise<AgentInfo>
  /** One small request and its answer. Throws an AgentStreamError. */
  call(asked: Call, options?: CallOptions): Promise<unknown>
}

/** How a run is stopped: what is asked, and what the answer says became of it. */
type Stop = ReturnType<NonNullable<Dialogue['cancel']>>

export function createExchange({ url, transport, protocol, headers, limits }: ExchangeOptions): Exchange {
  const { framings, about } = protocol
  const request = ({ method, path, headers: more = {}, body }: Call): TransportRequest => ({
    method,
    url: url + path,
    async headers() {
      const all = new Headers(typeof headers === 'function' ? await headers() : headers)
      for (const [name, value] of Object.entries(more)) all.set(name, value)
      return all
    },
    limits,
    framings,
    body,
  })
  const call: Exchange['call'] = async (asked, { signal } = {}) => {
    try {
      return await transport.call(request(asked), signal)
    } catch (error) {
      throw toAgentStreamError(error)
    }
  }
  const outcomeOf = async (stop: Stop): Promise<CancelReceipt['outcome']> => {
    if (!stop) return 'not_supported'
    try {
      return stop.outcomeOf(await call(stop.call))
    } catch (error) {
      if (!(error instanceof HttpError) || error.status >= 500) return 'unreachable'
      // A 404 may be the page of something in between: that is not our receipt.
      return stop.outcomeOf(error.status === 404 ? maybeJson(error.body) : undefined)
    }
  }
  const events = (runId: string, after?: string): TransportRequest => ({
    // Encoding leaves every cursor as it is, and what is none cannot end the header.
    ...request({ method: 'GET', path: pathOf('runs', runId, 'events'), headers: after === undefined ? {} : { 'last-event-id': encodeURIComponent(after) } }),
    after,
  })
  /** A run on our own server. */
  const ours = (runId: string, first: TransportRequest): RunExchange => ({
    protocol,
    request: first,
    resume: (after) => events(runId, after),
    cancel: async (options) => ({
      outcome: await outcomeOf({ call: { method: 'DELETE', path: pathOf('runs', runId) + queryOf(options) }, outcomeOf: ownOutcome }),
    }),
    async respond(approvalId, answer) {
      await call({ method: 'POST', path: pathOf('runs', runId, 'approvals', approvalId), body: answer })
    },
  })
  return {
    start(asked) {
      const dialogue = protocol.dialogue?.(asked)
      const path = pathOf('agents', asked.agent ?? 'default', 'runs')
      const run = ours(asked.runId, request(dialogue?.start ?? { method: 'POST', path, body: startBody(asked) }))
      if (!dialogue) return run
      return {
        ...run,
        protocol: { ...protocol, decoder: dialogue.decoder ?? protocol.decoder },
        resume: undefined,
        // No foreign protocol stops a part, and stopping all of it was not asked for.
        cancel: async ({ scope } = {}) => ({ outcome: await outcomeOf(scope === undefined ? dialogue.cancel?.() : undefined) }),
      }
    },
    follow: (runId, after) => ours(runId, events(runId, after)),
    async info(agent = 'default', options) {
      const answer = await call({ method: 'GET', path: about?.path ?? pathOf('agents', agent) }, options)
      return parseAgentInfo(about ? about.inOurWords(answer) : answer)
    },
    call,
  }
}

/** A path of these names, whatever stands in them. */
export const pathOf = (...names: readonly string[]): string => names.map((name) => `/${encodeURIComponent(name)}`).join('')

function queryOf({ scope, reason }: CancelOptions = {}): string {
  const query = new URLSearchParams(given({ scope, reason: reason || undefined })).toString()
  return query && `?${query}`
}

function ownOutcome(answer: unknown): CancelOutcome {
  const outcome = isObject(answer) && answer['outcome']
  return outcome === 'cancelled' || outcome === 'already_finished' || outcome === 'unknown_run' ? outcome : 'not_supported'
}
