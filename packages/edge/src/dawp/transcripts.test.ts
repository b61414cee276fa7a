import { readFileSync } from 'node:fs'
import { isObject, type JsonObject } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { documentOf, type PlayOptions, play } from '../../test/dawp-play.ts'
import { ProviderError } from '../errors.ts'
import type { ScriptedTurn, ScriptPiece } from '../model/scripted/provider.ts'

/** Whole tasks as AIECS streams them: the model says again what it said there, and the events must be the same ones. */

const folder = new URL('../../../client/conformance/aiecs/', import.meta.url)
const transcript = (name: string): JsonObject[] =>
  readFileSync(new URL(`${name}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): JsonObject => JSON.parse(line))

const triggered = (extra = '') => documentOf({ id: 'tide-review', placement: 'on_response_trigger', extra: `dawp_trigger: <GO_REVIEW>\n${extra}` })
const before = documentOf({ id: 'harbour-check' })

const tasks: readonly (readonly [name: string, options: PlayOptions])[] = [
  ['12-dawp-pre-main-with-run-events', { document: before }],
  ['13-dawp-step-events-without-run-events', { document: before, streamBoundaryEvents: false }],
  ['14-dawp-tools-repeats-and-mislabelled-last-step', { document: before }],
  ['15-dawp-early-run-marker', { document: before }],
  ['16-dawp-triggered-mid-loop', { document: triggered() }],
  ['17-dawp-start-denied-as-shipped', { document: triggered() }],
  ['18-dawp-inline-when-start-is-allowed', { document: triggered(), allowStartTool: true }],
  ['19-dawp-start-not-alone', { document: triggered(), allowStartTool: true }],
  ['20-dawp-nested-start-rejected', { document: triggered(), allowStartTool: true }],
  ['21-dawp-step-cap-handoff', { allowStartTool: true, limits: { maxIterationsPerPrompt: 2 } }],
  ['22-dawp-budget-ends-with-marker-present', { document: before }],
  ['23-dawp-llm-error-no-step-completed', { document: before }],
  ['24-dawp-structured-result-completed', { document: before, structuredResult: true }],
  ['25-dawp-structured-result-partial', { document: before, structuredResult: true }],
  ['26-dawp-without-steps', { document: documentOf({ id: 'empty-flow', steps: [] }) }],
  ['27-dawp-abort-main', { document: before, abortMain: true }],
  ['40-dawp-two-runs-one-task', { document: triggered('trigger_once: false\n') }],
]

/** What the model said, turn by turn. */
function scriptOf(events: readonly JsonObject[]): ScriptedTurn[] {
  const turns: ScriptPiece[][] = []
  for (const { type, content, tool_calls } of events) {
    if (type === 'iteration_start') turns.push([])
    const turn = turns.at(-1)
    if (type === 'token') turn?.push(String(content))
    if (type === 'error') turn?.push({ fail: new ProviderError('scripted', 'torn') })
    if (type !== 'tool_calls_ready' || !Array.isArray(tool_calls)) continue
    for (const call of tool_calls) {
      // As the vectors have them.
      const { id, function: called } = call as { id: string; function: { name: string; arguments: string } }
      turn?.push({ tool: called.name, id, arguments: called.arguments })
    }
  }
  return turns
}

/** The members that are the same from run to run, and not a matter of wording. */
const compared: Readonly<Record<string, readonly string[]>> = {
  tool_calls_ready: [],
  tool_call: ['tool_name'],
  tool_result: ['tool_name'],
  tool_error: ['tool_name'],
  result: ['success', 'reason', 'tool_calls_count', 'iterations'],
  completed: ['success'],
  error: [],
}
const ourOwn = new Set(['tool_call_delta', 'thought', 'action', 'observation', 'usage'])

function comparable(events: readonly JsonObject[]): unknown[] {
  const ids: string[] = []
  const normal = (value: string): string => {
    if (value.startsWith('[DAWP RUN INCOMPLETE: ')) return value.split('\n')[0] ?? ''
    if (!/^dawp-[0-9a-f]{8}$/.test(value)) return value
    if (!ids.includes(value)) ids.push(value)
    return `run ${ids.indexOf(value)}`
  }
  return events
    .filter(({ type }) => !ourOwn.has(String(type)))
    .map((event) => {
      const { timestamp: _, ...rest } = event
      const members = compared[String(event['type'])]
      const shown = members ? Object.fromEntries(['type', 'loop_scope', ...members].map((name) => [name, event[name]])) : rest
      return JSON.parse(JSON.stringify(shown), (_name, value: unknown) => (typeof value === 'string' ? normal(value) : value))
    })
}

test.each(tasks)('S30: compatible: %s', async (name, options) => {
  const theirs = transcript(name)
  const limit = theirs.find(({ type }) => type === 'iteration_start')?.['remaining']
  const { events } = await play(scriptOf(theirs), { ...options, maxIterations: Number(limit), compatible: true })
  const ours = events.flatMap((event): JsonObject[] => (isObject(event) ? [event as JsonObject] : []))
  expect(comparable(ours)).toEqual(comparable(theirs))
})
