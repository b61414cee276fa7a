import { type AgentEvent, AgentStreamError, HttpError } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { RunContext, Task } from '../agents/agent.ts'
import { ProviderError } from '../errors.ts'
import { createCancellation } from './cancellation.ts'
import type { Journal } from './journal.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { produce } from './produce.ts'

type Script = (task: Task, context: RunContext) => AsyncIterable<AgentEvent>

const token = (content: string): AgentEvent => ({ type: 'token', content })
const timestamp = (): string => '2026-03-04T09:15:00.000Z'

async function run(
  script: Script,
  { journal = createMemoryJournal(), cancellation = createCancellation() }: { journal?: Journal; cancellation?: ReturnType<typeof createCancellation> } = {},
) {
  const errors: unknown[] = []
  await journal.open('run')
  const agent = { name: 'scripted', info: { name: 'scripted', tools: [], supportsStreaming: true }, run: script }
  const ending = await produce({
    agent,
    task: { description: 'go' },
    runId: 'run',
    journal,
    key: 'run',
    cancellation,
    timestamp,
    onError: (error) => errors.push(error),
  })
  const events: AgentEvent[] = []
  const stop = new AbortController()
  if (ending.lost) queueMicrotask(() => stop.abort())
  for await (const batch of journal.read('run', undefined, stop.signal)) events.push(...batch.map(({ event }) => event))
  return { ending, events, errors, cancellation }
}

/** A promise nobody settles: what an agent that ignores its signal waits for. */
const forever = (): Promise<never> => new Promise(() => {})

describe('how a run ends', () => {
  const endings: [string, AgentEvent[], string][] = [
    ['completed', [token('a'), { type: 'result', output: 'a' }, { type: 'completed', success: true }], 'completed'],
    ['completed without success', [{ type: 'completed', success: false }], 'failed'],
    ['completed after a result that failed', [{ type: 'result', success: false }, { type: 'completed' }], 'failed'],
    ['a result alone', [{ type: 'result', output: 'a' }], 'completed'],
    ['a result alone that failed', [{ type: 'result', success: false }], 'failed'],
    ['N50 a result inside a DAWP run', [{ type: 'result', output: 'a', loop_scope: { kind: 'dawp', run_id: 'd' } }], 'truncated'],
    ['completed inside a DAWP run', [{ type: 'completed', success: true, loop_scope: { kind: 'dawp' } }], 'truncated'],
    ['an error', [token('a'), { type: 'error', error: 'no' }], 'failed'],
    ['cancelled by the agent', [{ type: 'cancelled' }], 'cancelled'],
    ['nothing', [token('a')], 'truncated'],
    ['no event at all', [], 'truncated'],
  ]
  test.each(endings)('%s', async (_, events, outcome) => {
    const result = await run(async function* () {
      yield* events
    })
    expect(result.ending).toEqual({ outcome })
    expect(result.events).toEqual(events)
  })

  test('N52 events after the terminal one are dropped, and the agent is let go', async () => {
    let cleanedUp = false
    const { events } = await run(async function* () {
      try {
        yield { type: 'error', error: 'no' }
        yield token('late')
      } finally {
        cleanedUp = true
      }
    })
    expect(events).toHaveLength(1)
    expect(cleanedUp).toBe(true)
  })
})

describe('an agent that throws', () => {
  test('X20 L6 becomes an error event without its words, and the hook gets the error itself', async () => {
    const error = new TypeError('secret at /srv/app/key.ts')
    const { ending, events, errors } = await run(async function* () {
      yield token('a')
      throw error
    })
    expect(ending.outcome).toBe('failed')
    expect(events[1]).toEqual({ type: 'error', error: 'The agent failed', code: 'agent', retryable: false, timestamp: timestamp() })
    expect(errors).toEqual([error])
  })

  test('S7 X15 keeps the message of our own errors, which hold no keys, and of no others', async () => {
    const provider = new ProviderError('openai', 'openai answered 429', { retryable: true, retryAfterMs: 1_500, cause: 'key' })
    const told = await run(() => {
      throw provider
    })
    expect(told.events).toEqual([
      { type: 'error', error: 'openai answered 429', code: 'provider', retryable: true, retry_after_ms: 1_500, timestamp: timestamp() },
    ])
    const wire = await run(() => {
      throw new HttpError(500, 'https://host/?key=secret', {})
    })
    expect(JSON.stringify(wire.events)).not.toContain('secret')
  })

  test('S10 may throw anything, at once or late', async () => {
    for (const thrown of [undefined, null, 'text', 0]) {
      const { ending } = await run(() => {
        throw thrown
      })
      expect(ending.outcome).toBe('failed')
    }
  })

  test('S12 an event that JSON cannot carry fails the run and leaves what came before', async () => {
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    for (const data of [cyclic, 1n, { toJSON: () => 1n }]) {
      const { events } = await run(async function* () {
        yield token('a')
        yield { type: 'custom', name: 'odd', data }
      })
      expect(events.map(({ type }) => type)).toEqual(['token', 'error'])
    }
    // An agent in plain JavaScript can yield anything at all.
    for (const nonsense of [undefined, 'text', [1], { content: 'no type' }]) {
      const { events } = await run(async function* () {
        yield nonsense as unknown as AgentEvent
      })
      expect(events).toEqual([expect.objectContaining({ type: 'error', code: 'agent' })])
    }
  })
})

describe('cancelling', () => {
  test('S2 ends the run with who and why, without waiting for the agent', async () => {
    const cancellation = createCancellation()
    let seen: AbortSignal | undefined
    const { ending, events, errors } = await run(
      async function* (_, { signal }) {
        seen = signal
        yield token('a')
        queueMicrotask(() => cancellation.cancel({ by: 'user', reason: 'enough' }))
        await forever()
      },
      { cancellation },
    )
    expect(seen?.aborted).toBe(true)
    expect(ending).toEqual({ outcome: 'cancelled' })
    expect(events[1]).toEqual({ type: 'cancelled', by: 'user', reason: 'enough', timestamp: timestamp() })
    expect(errors).toEqual([])
  })

  test('an agent that throws when it is stopped, or ends, or goes on, is cancelled all the same', async () => {
    const scripts: Script[] = [
      async function* (_, { signal }) {
        yield token('a')
        signal.throwIfAborted()
      },
      async function* () {
        yield token('a')
      },
      async function* () {
        for (;;) yield token('a')
      },
    ]
    for (const script of scripts) {
      const cancellation = createCancellation()
      const { ending, events, errors } = await run(
        async function* (task, context) {
          cancellation.cancel({ by: 'timeout' })
          yield* script(task, context)
        },
        { cancellation },
      )
      expect([ending.outcome, events.at(-1)?.type, errors]).toEqual(['cancelled', 'cancelled', []])
    }
  })

  test('L4 a run cancelled before it began never starts the agent; the first cause counts', async () => {
    const cancellation = createCancellation()
    cancellation.cancel({ by: 'timeout' })
    cancellation.cancel({ by: 'user' })
    let started = false
    const { events } = await run(
      async function* () {
        started = true
        yield token('a')
      },
      { cancellation },
    )
    expect(started).toBe(false)
    expect(events).toEqual([{ type: 'cancelled', by: 'timeout', timestamp: timestamp() }])
  })
})

describe('S20 a journal that fails', () => {
  const failing = (fails: (event: AgentEvent) => boolean, closing = false): Journal => {
    const journal = createMemoryJournal()
    return {
      ...journal,
      append: async (id, events) => {
        if (events.some(fails)) throw new Error('disk at /dev/sda1')
        return journal.append(id, events)
      },
      close: async (id, outcome) => {
        if (closing) throw new Error('disk')
        return journal.close(id, outcome)
      },
    }
  }
  const endless: Script = async function* () {
    for (;;) yield token('a')
  }

  test('a full run says so and stops the agent', async () => {
    const { ending, events, cancellation } = await run(endless, { journal: createMemoryJournal({ maxEventsPerRun: 3 }) })
    expect(ending).toEqual({ outcome: 'failed' })
    expect(events.map(({ type }) => type)).toEqual(['token', 'token', 'token', 'error'])
    expect(events[3]).toMatchObject({ code: 'limit', error: 'The run is larger than the limit of 3 events' })
    expect(cancellation.signal.aborted).toBe(true)
  })

  test('an append that fails once fails the run in words that are ours', async () => {
    const { ending, events, errors } = await run(endless, { journal: failing((event) => event.type === 'token') })
    expect(ending).toEqual({ outcome: 'failed' })
    expect(events).toEqual([expect.objectContaining({ type: 'error', code: 'journal' })])
    expect(errors).toHaveLength(1)
  })

  test('a journal that takes nothing any more leaves an ending that only viewers can be told', async () => {
    const { ending, errors } = await run(endless, { journal: failing(() => true, true) })
    expect(ending).toEqual({ outcome: 'failed', lost: expect.objectContaining({ type: 'error', code: 'journal' }) })
    expect(errors).toHaveLength(3)
    expect(JSON.stringify(ending)).not.toContain('disk')
    expect(errors.every((error) => !(error instanceof AgentStreamError))).toBe(true)
  })
})
