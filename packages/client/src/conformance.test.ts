import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createAgentClient, createDawpConsumer, effectiveLoopScope, initialRunState, reduceRun, selectText } from './index.ts'
import { createDraft, snapshot } from './run/draft.ts'
import { fold } from './run/reduce.ts'
import { immediately } from './run/schedule.ts'
import { scriptedFetch } from './testing.ts'
import { type AgentEvent, aiecs, isDawpBoundary, isDawpEvent, ndjson, parseEvent, pipe, sse, watchEnding } from './wire.ts'

const folder = new URL('../conformance/aiecs/', import.meta.url)
const lines = (name: string): unknown[] =>
  readFileSync(new URL(name, folder), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const streams = readdirSync(folder).filter((name) => /^\d\d-/.test(name))
const utf8 = new TextEncoder()

describe('AIECS transcripts', () => {
  test('there are 46 of them', () => expect(streams).toHaveLength(46))

  describe.each(streams)('%s', (name) => {
    const sent = lines(name) as AgentEvent[]
    const body = {
      sse: sent.map((event) => sse.encode({ data: JSON.stringify(event) })).join(''),
      ndjson: sent.map((event) => ndjson.encode({ data: JSON.stringify(event) })).join(''),
    }

    test.each([sse, ndjson])('decodes to the same events over $name, in one piece and byte by byte', (framing) => {
      const bytes = utf8.encode(framing === sse ? body.sse : body.ndjson)
      for (const size of [bytes.length, 7, 1]) {
        const stage = pipe(framing.decoder(), aiecs.decoder())
        const events: AgentEvent[] = []
        for (let at = 0; at < bytes.length; at += size) events.push(...stage.push(bytes.subarray(at, at + size)))
        events.push(...stage.end())
        expect(events).toEqual(sent)
      }
    })

    test('encodes to itself', () => {
      const encoder = aiecs.encoder()
      expect(sent.flatMap((event) => encoder.push({ id: 'x-1', event })).map((frame) => JSON.parse(frame.data))).toEqual(sent)
    })

    test.each([sse, ndjson])('N1 N3 N4: cut at every byte over $name it never ends completed before its terminal event', (framing) => {
      const bytes = utf8.encode(framing === sse ? body.sse : body.ndjson)
      const terminal = terminalEnd(sent, framing)
      for (let at = 0; at <= bytes.length; at++) {
        const outcome = outcomeOf(bytes.subarray(0, at), framing)
        if (at < terminal) expect([at, outcome]).not.toEqual([at, 'completed'])
      }
    })

    test('ends as it says, with nothing left open', async () => {
      const { fetch } = scriptedFetch({ body: body.sse })
      const run = createAgentClient({ url: '/api', fetch }).run('x', { schedule: immediately })
      const state = await run.result().then(
        (result) => result.state,
        () => run.getSnapshot(),
      )
      expect(state.status).toBe(outcomeOf(utf8.encode(body.sse), sse))
      const loops = [state.main, ...state.dawpRuns.flatMap((dawp) => dawp.steps.map((step) => step.loop))]
      for (const part of loops.flatMap((loop) => loop.parts)) {
        if ('open' in part) expect(part.open).toBe(false)
        if (part.kind === 'tool') expect(['done', 'failed', 'denied', 'abandoned']).toContain(part.status)
      }
      expect(state.dawpRuns.every((dawp) => !dawp.open && dawp.steps.every((step) => step.status !== 'running'))).toBe(true)
    })

    test('folded many events per snapshot it equals the pure form, event by event', () => {
      let pure = initialRunState('x')
      sent.forEach((event, at) => {
        pure = reduceRun(pure, event, at)
      })
      const draft = createDraft(initialRunState('x'))
      sent.forEach((event, at) => {
        fold(draft, event, at)
      })
      expect(snapshot(draft)).toEqual(pure)
    })
  })
})

/** The outcome of a stream that closes after these bytes. */
function outcomeOf(bytes: Uint8Array, framing: typeof sse): string {
  const stage = pipe(framing.decoder(), aiecs.decoder())
  const ending = watchEnding()
  try {
    for (const event of [...stage.push(bytes), ...stage.end()]) ending.see(event)
  } catch {
    return 'failed' // Half a record that is no JSON.
  }
  return ending.outcome({ isNumbered: false })
}

/** How many bytes it takes until the run's last word is complete. */
function terminalEnd(sent: readonly AgentEvent[], framing: typeof sse): number {
  const ending = watchEnding()
  let bytes = 0
  for (const event of sent) {
    const text = framing.encode({ data: JSON.stringify(event) })
    bytes += utf8.encode(text).length
    ending.see(event)
    // The last line end of a framing is only a line end: a whole JSON object is complete without it.
    if (ending.isOver() || ending.outcome({ isNumbered: false }) !== 'truncated') return framing === ndjson ? bytes - 1 : bytes
  }
  return Number.POSITIVE_INFINITY
}

describe('loop scope', () => {
  const cases = lines('loop-scope.jsonl') as { event: AgentEvent; scope: unknown; is_dawp: boolean; is_boundary: boolean }[]
  test.each(cases)('$event has scope $scope', ({ event, scope, is_dawp, is_boundary }) => {
    expect(effectiveLoopScope(event)).toEqual(scope)
    expect(isDawpEvent(event)).toBe(is_dawp)
    expect(isDawpBoundary(event)).toBe(is_boundary)
  })
})

interface PanelCase {
  name: string
  trace: { event: unknown; returns: unknown; callback: string | null; open_run_ids: string[]; known_run_ids: string[] }[]
}

describe('N49: the DAWP panel consumer', () => {
  test.each(lines('dawp-panel-consumer.jsonl') as PanelCase[])('$name', ({ trace }) => {
    const calls: string[] = []
    const consumer = createDawpConsumer({
      onRunStarted: () => calls.push('run_started'),
      onRunCompleted: () => calls.push('run_completed'),
      onStepStarted: () => calls.push('step_started'),
      onStepCompleted: () => calls.push('step_completed'),
    })
    for (const step of trace) {
      calls.length = 0
      const panel = consumer.consume(parseEvent(step.event))
      expect(panel ?? null).toEqual(step.returns)
      expect(calls).toEqual(step.callback === null ? [] : [step.callback])
      expect(consumer.openRunIds()).toEqual(step.open_run_ids)
      expect(consumer.panels().map((known) => known.run_id)).toEqual(step.known_run_ids)
    }
  })
})

test('selectText is the sum of the main tokens', () => {
  const sent = lines('12-dawp-pre-main-with-run-events.jsonl') as AgentEvent[]
  const state = sent.reduce((before, event, at) => reduceRun(before, event, at), initialRunState('x'))
  expect(selectText(state)).toBe('We leave at dawn.')
})
