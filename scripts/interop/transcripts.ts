/**
 * A server of another house, read by our client over HTTP, and the transcript of it that the ordinary tests keep:
 * `packages/client/conformance/<folder>/interop/<name>.body` is what it sent, `<name>.expect.jsonl` what we make of that.
 */
import { deepEqual } from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AgentEvent, createAgentClient, immediately, selectText, selectToolCalls } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import type { Protocol } from '@agentstream/client/wire'
import * as wire from '@agentstream/client/wire'
import { check, type Outcome } from './check.ts'

const { a2a, a2aV1, agentorChat, aiecs, aiecsRecovery } = wire
const protocols = { a2a, a2aV1, agentorChat, aiecs, aiecsRecovery, agenticraftLenient: wire.createAgenticraft({ form: 'text', reading: 'lenient' }) }

export interface Scenario {
  readonly folder: 'a2a' | 'agenticraft' | 'agentor' | 'aiecs'
  readonly name: string
  readonly protocol: keyof typeof protocols
  readonly ask: string
  readonly agent?: string
  /** What a person would say happened. */
  readonly expects: Partial<View>
}

interface View {
  readonly status: string
  readonly text: string
  readonly tools: readonly string[]
  readonly dawp: readonly string[]
}

interface Exchange {
  readonly contentType: string
  readonly body: string
  /** The connection was lost, not closed. */
  readonly isCut: boolean
}

interface Reading {
  readonly events: readonly AgentEvent[]
  readonly view: View
}

const folderOf = ({ folder }: Scenario): string => fileURLToPath(new URL(`../../packages/client/conformance/${folder}/interop/`, import.meta.url))

async function read(protocol: Protocol, url: string, { ask, agent }: Scenario, fetch: typeof globalThis.fetch, signal?: AbortSignal): Promise<Reading> {
  const events: AgentEvent[] = []
  const run = createAgentClient({ url, fetch, protocol, retry: false }).run(ask, {
    runId: 'run-1',
    schedule: immediately,
    onEvent: (event) => events.push(event),
    ...(agent === undefined ? {} : { agent }),
    ...(signal ? { signal } : {}),
  })
  // A run that was cut off rejects; its state says so too.
  await run.result().catch(() => {})
  const state = run.getSnapshot()
  const view = {
    status: state.status,
    text: selectText(state),
    tools: selectToolCalls(state).map(({ toolName, status }) => `${toolName} ${status}`),
    dawp: state.dawpRuns.flatMap(({ steps }) => steps.map(({ stepId, status }) => `${stepId} ${status}`)),
  }
  return { events, view }
}

/** A fetch that keeps what the server sent. */
function listening() {
  let heard: Promise<Exchange> | undefined
  const keep = async (response: Response): Promise<Exchange> => {
    const utf8 = new TextDecoder()
    let body = ''
    let isCut = false
    try {
      for await (const bytes of response.body ?? []) body += utf8.decode(bytes, { stream: true })
    } catch {
      isCut = true
    }
    return { contentType: response.headers.get('content-type') ?? '', body, isCut }
  }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    heard = keep(response.clone())
    return response
  }
  return { fetch, heard: () => heard }
}

/** Times, ids, durations and addresses are those of one run; everything else is what the server says every time. */
function scrubbed(text: string): string {
  const ids = new Map<string, string>()
  const inOrder = (found: string): string => {
    const id = ids.get(found) ?? String(ids.size + 1).padStart(8, '0')
    ids.set(found, id)
    return id
  }
  return text
    .replace(/(?<![0-9a-f])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (found) => `${inOrder(found)}-0000-4000-8000-000000000000`)
    .replace(/\bdawp-[0-9a-f]{8}\b/g, (found) => `dawp-${inOrder(found)}`)
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?/g, '2026-03-04T09:15:00')
    .replace(/("(?:execution_time|duration_ms)":\s*)[\d.e-]+/g, '$10.5')
    .replace(/\b0x[0-9a-f]{6,}/g, '0x0')
}

const linesOf = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

/** Asks a server one thing after the other. */
export async function checkScenarios(scenarios: readonly Scenario[], checking: Checking): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const scenario of scenarios) outcomes.push(await check(`${scenario.folder}/${scenario.name}`, (signal) => ask(scenario, { ...checking, signal })))
  return outcomes
}

/** Throws where what the server sent, or what we made of it, is not what was expected or not what it was before. */
async function ask(scenario: Scenario, { url, upstream, isRecording, signal }: Checking & { signal: AbortSignal }): Promise<void> {
  const protocol = protocols[scenario.protocol]
  const { fetch, heard } = listening()
  const live = await read(protocol, url, scenario, fetch, signal)
  deepEqual(live.view, { ...live.view, ...scenario.expects })
  const exchange = await heard()
  if (!exchange) throw new Error('Nothing was asked')
  const { contentType, isCut } = exchange
  const body = scrubbed(exchange.body)
  const script = scriptedFetch({ headers: { 'content-type': contentType }, body: isCut ? [body, new TypeError('terminated')] : body })
  const { events, view } = await read(protocol, 'http://host', scenario, script.fetch)
  // Read from the network it is what it is when read again.
  deepEqual([live.events.map(({ type }) => type), live.view], [events.map(({ type }) => type), view])

  const path = join(folderOf(scenario), scenario.name)
  const about = { upstream, protocol: scenario.protocol, contentType, isCut, status: view.status, text: view.text }
  if (isRecording) {
    mkdirSync(folderOf(scenario), { recursive: true })
    writeFileSync(`${path}.body`, body)
    writeFileSync(`${path}.expect.jsonl`, linesOf([about, ...events]))
  }
  // What nobody had at hand yet is held to what was expected only.
  if (!existsSync(`${path}.body`)) return
  deepEqual(body, readFileSync(`${path}.body`, 'utf8'))
  deepEqual(linesOf([about, ...events]), readFileSync(`${path}.expect.jsonl`, 'utf8'))
}

export interface Checking {
  readonly url: string
  /** The package and its version. */
  readonly upstream: string
  readonly isRecording: boolean
}
