/**
 * A query whose data is a live run. The cache owns which runs are alive; the run owns what it says, so no token passes
 * through here. Nothing but an entry's creation, its reset or `restart` ever starts a run.
 */
import type { AgentClient, AgentRun, ModelParameters, RunInput } from '@agentstream/client'
import {
  type DataTag,
  type QueryClient,
  type QueryKey,
  queryOptions,
  skipToken,
  type UndefinedInitialDataOptions,
  type UnusedSkipTokenOptions,
} from '@tanstack/react-query'
import { bindToEntry, isLiveRun, type ReleasePolicy } from './run-entry.ts'

/** A task to run, or a run that exists on the server, to be followed from its start. */
export type RunTask = RunInput | { readonly runId: string }

/** Whose run it is, and what becomes of it when nobody shows it. */
export interface RunQueryOptions {
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
  readonly parameters?: ModelParameters | undefined
  /** How long an entry is kept, and its run goes on, after the last component that shows it has left. 300,000 by default. */
  readonly keepAliveMs?: number | undefined
  /**
   * What becomes of a live run when the cache lets go of it: `cancel` stops it on the server, `detach` only stops watching.
   * By default a task is cancelled, because nobody is left who could see or stop it; an attached run, which somebody else
   * started, is detached.
   */
  readonly onRelease?: ReleasePolicy | undefined
  /** What becomes of a task's run when the page is left for good; see `RunOptions.onPageHide`. `leave` by default. */
  readonly onPageHide?: 'cancel' | 'leave' | undefined
}

const defaultKeepAliveMs = 300_000

// Written out, for what the compiler would write is named otherwise in every other version of react-query.
interface RunKey {
  readonly queryKey: DataTag<QueryKey, AgentRun, Error>
}
type RunQuery = UndefinedInitialDataOptions<AgentRun> & RunKey
/** That of a task which is there: what suspends, or starts before it shows, takes no other. */
type StartingRunQuery = UnusedSkipTokenOptions<AgentRun> & RunKey

/**
 * Query options for one run of one task. Whoever asks for the same task of the same agent gets the same AgentRun. Never stale,
 * never refetched (not by `invalidateQueries` either), never retried, never part of `dehydrate` unless its filter is replaced:
 * a filter of your own has to leave out keys that begin with `agentstream`, `run`. Without a task nothing is started.
 */
export function runQueryOptions(client: AgentClient, task: RunTask, options?: RunQueryOptions): StartingRunQuery
export function runQueryOptions(client: AgentClient, task: RunTask | undefined, options?: RunQueryOptions): RunQuery
export function runQueryOptions(client: AgentClient, task: RunTask | undefined, options: RunQueryOptions = {}): RunQuery {
  return queryOptions<AgentRun>({
    queryKey: keyOf(client, task, options),
    queryFn: task === undefined ? skipToken : ({ client: queryClient, queryKey }) => openEntry(queryClient, queryKey, () => start(client, task, options)),
    // Something that came out of a persisted cache is no run any more: it is replaced.
    staleTime: (query) => (isLiveRun(query.state.data) ? 'static' : 0),
    gcTime: options.keepAliveMs ?? defaultKeepAliveMs,
    retry: false,
    // The client has its own patience with the network; a paused query would start its run on reconnecting.
    networkMode: 'always',
    structuralSharing: false,
    refetchOnMount: true,
    refetchInterval: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    // An app's `keepPreviousData` would show one task's run under another's name.
    placeholderData: () => undefined,
  })
}

/** Starts the task anew in its entry, for everyone who shows it. The run that was there is stopped. */
export function restartEntry(queryClient: QueryClient, client: AgentClient, task: RunTask, options: RunQueryOptions): AgentRun {
  const queryKey = keyOf(client, task, options)
  // A first run whose start is still on its way would land on top of the new one. Cancelling never rejects.
  void queryClient.cancelQueries({ queryKey, exact: true })
  const { run, policy } = start(client, task, options)
  queryClient.setQueryData(queryKey, run)
  bindToEntry(queryClient, queryKey, { run, policy })
  return run
}

function openEntry(queryClient: QueryClient, queryKey: QueryKey, begin: () => Started): AgentRun {
  const before = queryClient.getQueryData(queryKey)
  // Whatever made the cache ask again (a refetch by hand, an interval): one task, one run.
  if (isLiveRun(before)) return before
  const started = begin()
  bindToEntry(queryClient, queryKey, started)
  return started.run
}

interface Started {
  readonly run: AgentRun
  readonly policy: ReleasePolicy
}

function start(client: AgentClient, task: RunTask, { agent, parameters, onRelease, onPageHide }: RunQueryOptions): Started {
  if (isAttachment(task)) return { run: client.attach(task.runId), policy: onRelease ?? 'detach' }
  return { run: client.run(task, { agent, parameters, onPageHide }), policy: onRelease ?? 'cancel' }
}

/** Plain values in a fixed order: equal for equal tasks, and different for different servers. */
function keyOf(client: AgentClient, task: RunTask | undefined, { agent, parameters }: RunQueryOptions): QueryKey {
  const server = ['agentstream', 'run', client.url]
  if (task === undefined) return server
  if (isAttachment(task)) return [...server, task]
  return [...server, typeof task === 'string' ? { description: task } : task, { agent, parameters }]
}

function isAttachment(task: RunTask): task is { readonly runId: string } {
  return typeof task === 'object' && 'runId' in task
}
