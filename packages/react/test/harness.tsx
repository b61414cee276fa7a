import { type AgentClient, type AgentClientOptions, type AgentEvent, createAgentClient } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { focusManager, onlineManager, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, configure } from '@testing-library/react'
import { Profiler, type ReactElement, type ReactNode } from 'react'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { AgentClientProvider } from '../src/index.ts'

/** One stream a test writes to while it is read. */
export interface ServedRun {
  readonly id: string
  readonly body: { readonly task?: unknown; readonly parameters?: unknown }
  /** The page gave the request up before its end. */
  readonly isAborted: boolean
  send(...events: AgentEvent[]): void
  /** Closes the stream; `completed` has to be sent before, or it is truncated. */
  end(): void
}

export interface Request {
  readonly method: string
  readonly url: string
}

export interface AgentServer {
  readonly fetch: typeof globalThis.fetch
  readonly requests: readonly Request[]
  /** The nth stream that was opened, from 0. */
  run(at: number): ServedRun
  readonly runs: readonly ServedRun[]
}

export const token = (content: string): AgentEvent => ({ type: 'token', content })
export const completed: AgentEvent = { type: 'completed', success: true, execution_time: 1 }

/** A server in the page: every POST (or follow) is a stream for the test to write, every DELETE ends one as cancelled, every answer to an approval counts. */
export function agentServer(): AgentServer {
  const runs: ServedRun[] = []
  const requests: Request[] = []
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const method = init.method ?? 'GET'
    const url = String(input)
    requests.push({ method, url })
    if (method === 'DELETE') {
      const run = runs.find((one) => url.endsWith(`/runs/${one.id}`))
      run?.send({ type: 'cancelled', by: 'user' })
      run?.end()
      return Response.json({ outcome: run ? 'cancelled' : 'unknown_run' }, { status: run ? 200 : 404 })
    }
    if (url.includes('/approvals/')) return Response.json({}, { status: url.endsWith('/unknown') ? 404 : 200 })
    const body = init.body ? JSON.parse(String(init.body)) : {}
    const { run, fetch: answer } = serve(body.run_id ?? url.split('/').at(-2), body)
    runs.push(run)
    return answer(input, init)
  }
  return {
    fetch,
    requests,
    runs,
    run(at) {
      const run = runs[at]
      if (!run) throw new RangeError(`${runs.length} runs were started`)
      return run
    },
  }
}

function serve(id: string, body: ServedRun['body']): { run: ServedRun; fetch: typeof globalThis.fetch } {
  const queue: (string | undefined)[] = []
  let wake = (): void => {}
  const put = (text: string | undefined): void => {
    queue.push(text)
    wake()
  }
  function* chunks(): Generator<string | Promise<void>> {
    for (;;) {
      if (queue.length === 0) yield new Promise<void>((resolve) => (wake = resolve))
      const text = queue.shift()
      if (text === undefined) return
      yield text
    }
  }
  const { fetch, requests } = scriptedFetch({ body: { [Symbol.iterator]: chunks } })
  const run: ServedRun = {
    id,
    body,
    get isAborted() {
      return requests[0]?.aborted ?? false
    },
    send: (...events) => put(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')),
    end: () => put(undefined),
  }
  return { run, fetch }
}

// At the root, where it repeats effects as well; below a component of ours it would only repeat renders.
configure({ reactStrictMode: true })

/** A page in StrictMode: the providers an app has, and every commit counted. */
export function page(fetch: typeof globalThis.fetch, queryClient: QueryClient = new QueryClient(), retry: AgentClientOptions['retry'] = false) {
  const client: AgentClient = createAgentClient({ url: 'https://agents.test', fetch, retry })
  const commits = { count: 0 }
  const wrapper = ({ children }: { children?: ReactNode }): ReactElement => (
    <QueryClientProvider client={queryClient}>
      <AgentClientProvider client={client}>
        <Profiler id="page" onRender={() => commits.count++}>
          {children}
        </Profiler>
      </AgentClientProvider>
    </QueryClientProvider>
  )
  return { client, queryClient, wrapper, commits }
}

/** Does what a person would, and gives what it gave once React has caught up. */
export function acting<T>(deed: () => T): T {
  const given: T[] = []
  act(() => void given.push(deed()))
  return given[0] as T // The deed has been done: act calls back at once.
}

/** The page is hidden, put into the back-forward cache and taken offline, and comes back from all of it. */
export function comeAndGo(): void {
  act(() => {
    for (const isHere of [false, true]) {
      focusManager.setFocused(isHere)
      onlineManager.setOnline(isHere)
      window.dispatchEvent(new Event(isHere ? 'focus' : 'blur'))
      window.dispatchEvent(new Event(isHere ? 'online' : 'offline'))
      window.dispatchEvent(new PageTransitionEvent(isHere ? 'pageshow' : 'pagehide', { persisted: true }))
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    }
  })
  focusManager.setFocused(undefined)
}

/** For a whole file: what was rendered is taken away after each test, and React had nothing to complain about. */
export function withoutComplaints(): void {
  const complaints = vi.spyOn(console, 'error')
  beforeEach(() => void complaints.mockClear())
  afterEach(() => {
    cleanup()
    expect(complaints).not.toHaveBeenCalled()
  })
}
