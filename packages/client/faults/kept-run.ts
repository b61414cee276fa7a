/** A run as our server keeps it: numbered, sealed, and to be asked for again. What the tests of resuming share. */
import { type AgentClientOptions, createAgentClient, immediately } from '../src/index.ts'
import { type Faults, faultyFetch, type ScriptedResponse, scriptedFetch } from '../src/testing.ts'
import { emptyDigest, extendDigest, type Frame, formatDigest, sse } from '../src/wire.ts'

export const words = ['Hi', ' there', ', how', ' are', ' you', '?']
export const events = words.map((content) => JSON.stringify({ type: 'token', content })).concat('{"type":"completed","success":true}')
export const frames: readonly Frame[] = events.map((data, at) => ({ id: `e1-${at + 1}`, data }))
const digest = formatDigest(events.reduce(extendDigest, emptyDigest))
export const end: Frame = { event: 'end', data: JSON.stringify({ outcome: 'completed', cursor: `e1-${events.length}`, digest }) }
export const all = [...frames, end]
export const headers = { 'content-type': 'text/event-stream', 'agentstream-run-id': 'r' }
export const sent = (some: readonly Frame[]): ScriptedResponse => ({ headers, body: some.map(sse.encode) })
export const lost = new TypeError('terminated')
export const cutAfter = (some: readonly Frame[]): ScriptedResponse => ({ headers, body: [...some.map(sse.encode), lost] })
/** All that is done to a connection, without waiting. */
export const atOnce: Partial<AgentClientOptions> = { retry: { baseMs: 0, maxMs: 0 } }

/** A server that keeps the run, and what each request was answered after. */
export function server(spoil: (attempt: number) => Faults | undefined = () => undefined, options: Partial<AgentClientOptions> = atOnce) {
  const asked: string[] = []
  const whole: typeof globalThis.fetch = async (_, init) => {
    const after = new Headers(init?.headers).get('last-event-id')
    asked.push(`${init?.method} ${after ?? 'all'}`)
    return new Response(
      all
        .slice(Number(after?.split('-')[1] ?? 0))
        .map(sse.encode)
        .join(''),
      { headers },
    )
  }
  return { client: createAgentClient({ url: '/api', fetch: faultyFetch(whole, spoil), ...options }), asked }
}

export async function endOf(script: readonly (ScriptedResponse | Error)[], options: Partial<AgentClientOptions> = atOnce) {
  const { fetch, requests } = scriptedFetch(...script)
  const run = createAgentClient({ url: '/api', fetch, ...options }).run('x', { runId: 'r', schedule: immediately })
  const error = await run.result().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const asked = requests.map((request) => `${request.method} ${request.headers.get('last-event-id') ?? 'all'}`)
  return { error, state: run.getSnapshot(), asked, requests }
}
export const whole = { status: 'completed', integrity: 'verified', counts: { events: events.length }, main: { parts: [{ text: words.join('') }] } }
