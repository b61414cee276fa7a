import type { Agent } from '../agents/agent.ts'
import type { Journal } from '../runs/journal.ts'
import type { HandlerMetric } from '../runs/metric.ts'
import type { SessionStore } from '../runs/session-store.ts'
import type { AgentCardOptions } from './a2a/agent-card.ts'
import type { SocketOptions, SocketUpgrade } from './socket/upgrade.ts'

/** Who sends a request, as your application knows them. Runs belong to the principal that started them. */
export type Principal = string

/** Web pages of other origins that may use the handler. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example`. `*` and `null` match nothing. */
  readonly origins: readonly string[]
  /** Whether these pages may send cookies. */
  readonly credentials?: boolean
  /** How long browsers may remember the answer, in seconds. */
  readonly maxAgeSeconds?: number
}

/** What the runtime hands along with a request, such as the execution context of a Worker. */
export interface Runtime {
  waitUntil?(promise: Promise<unknown>): void
  /** How a request becomes a WebSocket here; without it, streams are HTTP only. Doors of this package have one per runtime. */
  readonly upgrade?: SocketUpgrade
}

/** What one principal may have and send. Unlimited unless told. Without `authorize` everybody is one principal. */
export interface PrincipalLimits {
  /** Runs under way at once; further ones get 429 `too_many_runs`. */
  readonly runs?: number
  /** Responses open at once that show a run, sockets included; further ones get 429 `too_many_viewers`. */
  readonly viewers?: number
  /** Characters of a task's description; more get 413 `too_large`. */
  readonly promptCharacters?: number
  /** Images of a task; more get 413 `too_large`. */
  readonly images?: number
}

/** What `createAgentHandler` makes: a fetch handler that can be closed. What goes wrong inside is a response, too. */
export interface AgentHandler {
  (request: Request, runtime?: Runtime): Promise<Response>
  /**
   * Before the process ends: starts no more runs (503) and gives those under way `graceMs` to end, 10 seconds unless told.
   * What is left is handed over to the other processes of a shared journal where its agent can go on there, and else cancelled
   * by the server. Resolves when nothing is left; never rejects. Requests for runs that exist are still answered.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

/** Which agents are served, to whom, and within which limits. */
export interface AgentHandlerOptions {
  /** By the name they have in addresses. */
  readonly agents: Readonly<Record<string, Agent>>
  /** Which one `default` means; the first unless told. */
  readonly defaultAgent?: string
  /** Where runs are kept; in memory unless told. */
  readonly journal?: Journal
  /**
   * Where conversations are kept; in memory unless told, and `false` for nowhere. Whatever outlives its process keeps them elsewhere:
   * `durableObjectSessionStore`, `denoKvSessionStore` and `sqliteSessionStore` are beside the journals. A conversation belongs to a
   * principal, an agent and a session id: without `authorize`, whoever knows the id can go on with it.
   */
  readonly sessions?: SessionStore | false
  /** The part of the path before the handler's own, such as `/api`. */
  readonly basePath?: string
  /** How often an idle stream says that it lives; 15 seconds unless told. */
  readonly heartbeatMs?: number
  /** What happens to a run when its last viewer leaves; `continue` with a durable journal, else `cancel`. */
  readonly onDisconnect?: 'continue' | 'cancel'
  /**
   * With `cancel`: how long a run without viewers goes on, so that a connection that broke, or a page that reloads, finds it
   * again; 10 seconds unless told, and 0 for none. Who stops a run on purpose says so, and waits for nothing.
   */
  readonly disconnectGraceMs?: number
  /**
   * With `cancel`, and a journal in memory: how long a run that is far ahead of its only viewer waits for it; 5 minutes unless told.
   * A viewer that takes nothing for so long counts as gone.
   */
  readonly viewerTimeoutMs?: number
  /** Who may come in. A Response refuses. Without it everybody is the same principal. Read headers only: a body read here is gone. */
  readonly authorize?: (request: Request) => Principal | Response | Promise<Principal | Response>
  /** Closed unless told. */
  readonly cors?: CorsOptions | false
  /** Longest request body, and longest message of a socket; 1 MiB unless told. */
  readonly maxBodyBytes?: number
  /** How WebSockets are answered, where the runtime has `upgrade`. */
  readonly sockets?: SocketOptions
  /** How long a request body may take to arrive; 30 seconds unless told. */
  readonly bodyTimeoutMs?: number
  /**
   * Whether a run whose process died goes on here, where its agent can (hybrid agents without plugins can), when somebody asks
   * about it. It does unless told; otherwise it is `truncated`. Only journals that processes share know of such runs.
   */
  readonly takeUp?: boolean
  /** What each principal may have; conversations are bounded where they are kept. */
  readonly limits?: PrincipalLimits
  /** Runs at once, whoever's; further ones get 429. Unlimited unless told. */
  readonly maxConcurrentRuns?: number
  /** How long a run may take before it is cancelled; unlimited unless told. */
  readonly maxRunMs?: number
  /** How long a tool call waits for approval before it is denied; 5 minutes unless told. The time counts toward `maxRunMs`. */
  readonly approvalTimeoutMs?: number
  /** Provider-specific parameters that clients may set; `seed`, `top_k` and `min_p` unless told. */
  readonly clientParameters?: readonly string[]
  /** What the default agent tells other agents about itself, over A2A. */
  readonly card?: AgentCardOptions
  /** Is told what happens: runs, their viewers, what was refused. It is called while somebody waits, and costs nothing when absent. */
  readonly onMetric?: (metric: HandlerMetric) => void
  /** Gets what clients must not see: what agents and the journal throw, what is behind a model that failed, bugs. */
  readonly onError?: (error: unknown) => void
}
