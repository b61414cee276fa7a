/**
 * Enters: events as they come. Leaves: a bounded list of rows and a bounded curve of the rate, published four times a second.
 * It lives outside React, so that an event costs a few assignments and no rendering.
 */
import { type AgentEvent, effectiveLoopScope } from '@agentstream/client'

export type EventFamily = 'run' | 'text' | 'thinking' | 'tool' | 'dawp' | 'error' | 'other'

export interface EventRow {
  readonly id: number
  readonly type: string
  readonly family: EventFamily
  /** Milliseconds since the first event. */
  readonly at: number
  /** How many events of this type in a row it stands for. */
  readonly count: number
  readonly summary: string
  readonly inDawp: boolean
  /** The last event it stands for. */
  readonly event: AgentEvent
}

export interface MonitorView {
  readonly rows: readonly EventRow[]
  readonly dropped: number
  /** Tokens per second, one value per sample. */
  readonly rates: readonly number[]
}

export interface RunMonitor {
  push(event: AgentEvent): void
  reset(): void
  subscribe(listener: () => void): () => void
  getSnapshot(): MonitorView
}

export const sampleMs = 250
const publishMs = 250
const mostRows = 200
const mostSamples = 240
const summaryLength = 90
const empty: MonitorView = { rows: [], dropped: 0, rates: [] }

type MutableRow = { -readonly [Key in keyof EventRow]: EventRow[Key] }

export function createRunMonitor(now: () => number = () => performance.now()): RunMonitor {
  const listeners = new Set<() => void>()
  let rows: MutableRow[] = []
  let dropped = 0
  let samples: number[] = []
  let startedAt: number | undefined
  let nextId = 1
  let timer: ReturnType<typeof setTimeout> | undefined
  let view = empty

  const publish = () => {
    timer = undefined
    view = { rows: rows.map((row) => ({ ...row })), dropped, rates: samples.map((tokens) => (tokens * 1000) / sampleMs) }
    for (const listener of listeners) listener()
  }
  const later = () => {
    timer ??= setTimeout(publish, publishMs)
  }
  const sample = (event: AgentEvent, at: number) => {
    const index = Math.floor(at / sampleMs)
    // A long silence is a flat line, but never an endless one.
    if (index - samples.length > mostSamples) samples = []
    else while (samples.length < index) samples.push(0)
    if (event.type === 'token' || event.type === 'thinking_token') samples[index] = (samples[index] ?? 0) + 1
    else samples[index] ??= 0
  }
  const add = (event: AgentEvent, at: number) => {
    const last = rows.at(-1)
    const inDawp = effectiveLoopScope(event).kind === 'dawp'
    if (last && isGrouped(event) && last.type === event.type && last.inDawp === inDawp) {
      last.count += 1
      last.event = event
      if (last.summary.length < summaryLength) last.summary = clip(last.summary + summaryOf(event))
      return
    }
    rows.push({ id: nextId++, type: nameOf(event), family: familyOf(event), at, count: 1, summary: clip(summaryOf(event)), inDawp, event })
    if (rows.length > mostRows) {
      rows.shift()
      dropped += 1
    }
  }

  return {
    push(event) {
      startedAt ??= now()
      const at = now() - startedAt
      sample(event, at)
      add(event, at)
      later()
    },
    reset() {
      rows = []
      dropped = 0
      samples = []
      startedAt = undefined
      clearTimeout(timer)
      publish()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => view,
  }
}

/** Events that come in long rows of the same kind share one line. */
const isGrouped = ({ type }: AgentEvent) => type === 'token' || type === 'thinking_token' || type === 'tool_call_delta' || type.startsWith('plugin_')

function nameOf(event: AgentEvent): string {
  return event.type === 'custom' ? event.name : event.type
}

function familyOf({ type }: AgentEvent): EventFamily {
  if (type === 'token') return 'text'
  if (type === 'thinking_token' || type === 'thought' || type === 'observation') return 'thinking'
  if (type.startsWith('tool_') || type === 'action' || type.startsWith('approval_')) return 'tool'
  if (type.startsWith('dawp_')) return 'dawp'
  if (type === 'error' || type === 'cancelled') return 'error'
  return ['started', 'status', 'iteration_start', 'result', 'completed', 'usage'].includes(type) ? 'run' : 'other'
}

/** The member worth a glance, whatever the event. Schemas leave unknown members in, so they are read as unknown. */
const tellingMembers = [
  'content',
  'tool_name',
  'error',
  'step_id',
  'step_name',
  'workflow_id',
  'iteration',
  'status',
  'plugin_name',
  'reason',
  'success',
  'run_id',
] as const

function summaryOf(event: AgentEvent): string {
  if (event.type === 'tool_call_delta') return event.arguments_delta ?? event.tool_call.function.name ?? ''
  const members: Readonly<Record<string, unknown>> = event
  const telling = tellingMembers.map((name) => members[name]).find((value) => ['string', 'number', 'boolean'].includes(typeof value))
  return telling === undefined ? '' : String(telling)
}

function clip(summary: string): string {
  const text = summary.replace(/\s+/g, ' ')
  return text.length > summaryLength ? `${text.slice(0, summaryLength - 1)}…` : text
}
