/**
 * Runs recorded AIECS streams, panel traces, DAWP documents, markers and triggers, kept outside this repository, through our
 * code and prints the shares that agree: `node scripts/run.mjs --conditions=agentstream-source scripts/check-recordings.ts <folder>`.
 * The folder holds `consumer.json`, `streams.json`, `documents.json`, `markers.json` and `triggers.json`; cases marked
 * `quirk` are left out.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { isDeepStrictEqual } from 'node:util'
import {
  type AgentEvent,
  createDawpConsumer,
  initialRunState,
  type RunState,
  reduceRun,
  selectText,
  selectThinking,
  selectToolCalls,
} from '@agentstream/client'
import { aiecs, parseEvent } from '@agentstream/client/wire'
import { checkDocument, checkMarkers, checkTrigger, type DocumentCase, type MarkerCase, type TriggerCase } from '../packages/edge/test/dawp-recordings.ts'

interface Case {
  readonly id: string
  readonly quirk?: boolean
}
interface EventCase<Expected> extends Case {
  readonly events: readonly unknown[]
  readonly expected: Expected
}
interface PanelTrace {
  readonly steps: readonly { readonly returns: unknown; readonly open: readonly string[] }[]
}
interface StreamView {
  readonly mainText: string
  readonly thinkingText: string
  readonly dawpText: Readonly<Record<string, string>>
  readonly tools: readonly { readonly type: string; readonly tool: string; readonly result?: unknown }[]
  readonly finalOutput: unknown
  readonly types: readonly string[]
}

const folder = process.argv[2]
if (!folder) throw new Error('Name the folder of the recordings')
const read = <T extends Case>(name: string): readonly T[] => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8')).cases.filter((found: T) => !found.quirk)

function report<T extends Case>(name: string, check: (found: T) => readonly string[]): void {
  const cases = read<T>(name)
  const failed = cases.map((found) => ({ id: found.id, differs: check(found) })).filter(({ differs }) => differs.length > 0)
  console.log(`${name}: ${cases.length - failed.length} of ${cases.length} agree`)
  for (const { id, differs } of failed) console.log(`  ${id}: ${differs.join('; ')}`)
  if (failed.length > 0) process.exitCode = 1
}

report<EventCase<PanelTrace>>('consumer', ({ events, expected }) => {
  const consumer = createDawpConsumer()
  return events.flatMap((event, at) => {
    const panel = structuredClone(consumer.consume(parseEvent(event)) ?? null)
    const step = expected.steps[at]
    return isDeepStrictEqual(panel, step?.returns) && isDeepStrictEqual(consumer.openRunIds(), step?.open) ? [] : [`event ${at + 1}`]
  })
})

report<EventCase<StreamView>>('streams', ({ events, expected }) => {
  const decoder = aiecs.decoder()
  const decoded = events.flatMap((event): readonly AgentEvent[] => decoder.push({ data: JSON.stringify(event) }))
  const state = decoded.reduce((before: RunState, event, at) => reduceRun(before, event, at), initialRunState('recorded'))
  const results = selectToolCalls(state).map((tool) => tool.error ?? tool.result)
  const views: Readonly<Record<string, readonly [unknown, unknown]>> = {
    types: [decoded.map((event) => event.type), expected.types],
    // After a silent restart the state shows the last attempt only, and the recording all of them.
    text: state.counts.restarts > 0 ? [0, 0] : [selectText(state), expected.mainText],
    thinking: [selectThinking(state), expected.thinkingText],
    dawp: [dawpTexts(state), expected.dawpText],
    output: [state.output ?? null, expected.finalOutput ?? null],
    results: state.counts.restarts > 0 ? [0, 0] : [results.length, expected.tools.filter((tool) => tool.type !== 'tool_call').length],
  }
  return Object.entries(views).flatMap(([name, [ours, theirs]]) =>
    isDeepStrictEqual(ours, theirs) ? [] : [`${name} ${JSON.stringify(ours)} instead of ${JSON.stringify(theirs)}`],
  )
})

report<DocumentCase>('documents', checkDocument)
report<MarkerCase>('markers', checkMarkers)
report<TriggerCase>('triggers', checkTrigger)

function dawpTexts(state: RunState): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const run of state.dawpRuns) {
    for (const { stepId, loop } of run.steps) {
      const key = `${run.runId}/${stepId}`
      for (const part of loop.parts) if (part.kind === 'text') texts[key] = (texts[key] ?? '') + part.text
    }
  }
  return texts
}
