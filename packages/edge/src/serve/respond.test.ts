import { type AgentEvent, aiecs, type Entry, emptyDigest, extendDigest, type Frame, formatDigest, ndjson, type Stage, sse } from '@agentstream/client/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { JournalEntry } from '../runs/journal.ts'
import type { RunEnd, RunView } from '../runs/live-run.ts'
import { createMemoryJournal } from '../runs/memory-journal.ts'
import { createHeartbeats } from './heartbeats.ts'
import { type RespondOptions, respond } from './respond.ts'

const token = (content: string): AgentEvent => ({ type: 'token', content })
const entry = (seq: number, event: AgentEvent): JournalEntry => ({ id: `e-${seq}`, event, data: JSON.stringify(event) })

/** A view that the test feeds. */
function feed(end: RunEnd | 'running' = { outcome: 'completed', cursor: 'e-9', digest: '00000000' }) {
  const batches: (readonly JournalEntry[])[] = []
  let wake = (): void => {}
  let isOver = false
  let closed = 0
  const view: RunView = {
    async *entries() {
      for (let at = 0; ; at++) {
        while (batches.length <= at && !isOver) await new Promise<void>((resolve) => (wake = resolve))
        const batch = batches[at]
        if (!batch) return
        yield batch
      }
    },
    end: async () => (end === 'running' ? undefined : end),
    close() {
      closed++
      isOver = true
      wake()
    },
  }
  const push = (...batch: JournalEntry[]): void => {
    batches.push(batch)
    wake()
  }
  const over = (): void => {
    isOver = true
    wake()
  }
  return { view, push, over, closed: () => closed }
}

const make = (view: RunView, options: Partial<RespondOptions> = {}): Response =>
  respond({ view, runId: 'r', framing: sse, heartbeats: createHeartbeats(15_000), request: new AbortController(), onError: () => {}, ...options })

const readerOf = (response: Response) => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('no body')
  return { read: async () => (await reader.read()).value, cancel: () => reader.cancel() }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('frames', () => {
  test('an event is one frame with its cursor; the last frame says how the run ended', async () => {
    const { view, push, over, closed } = feed()
    push(entry(1, token('a')), entry(2, token('b')))
    over()
    const text = await make(view).text()
    expect(text).toBe(
      ':\n\n' +
        'id: e-1\ndata: {"type":"token","content":"a"}\n\n' +
        'id: e-2\ndata: {"type":"token","content":"b"}\n\n' +
        'event: end\ndata: {"outcome":"completed","cursor":"e-9","digest":"00000000"}\n\n',
    )
    expect(closed()).toBe(1)
  })

  test('NDJSON carries cursor and name as first members', async () => {
    const { view, push, over } = feed()
    push(entry(1, token('a')))
    over()
    expect((await make(view, { framing: ndjson }).text()).split('\n')).toEqual([
      '',
      '{"$id":"e-1","type":"token","content":"a"}',
      '{"$event":"end","outcome":"completed","cursor":"e-9","digest":"00000000"}',
      '',
    ])
  })

  test('what is stored is what the protocol would have written, and the digest covers exactly that', async () => {
    const journal = createMemoryJournal()
    await journal.open('r')
    const events = [token('\ud83d\ude00 \ud800\u2028'), { type: 'custom', name: 'x', data: { a: undefined, b: [1.5, null] } } as const]
    await journal.append('r', events)
    await journal.close('r', 'completed')
    const { status, ...position } = await journal.status('r')
    const view = {
      entries: () => journal.read('r', undefined, new AbortController().signal),
      end: async () => ({ outcome: 'completed' as const, ...position }),
      close: () => {},
    }
    const own = await make(view).text()
    const encoded = await make(view, { encoding: { encoder: aiecs.encoder() } }).text()
    expect(own.slice(0, encoded.length)).toBe(encoded)
    expect(own.slice(encoded.length)).toMatch(/^event: end\n.*\n\n$/)
    const frames = sse.decoder().push(new TextEncoder().encode(own))
    const digest = frames.filter(({ event }) => event !== 'end').reduce((sum, { data }) => extendDigest(sum, data), emptyDigest)
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toEqual({ outcome: status, cursor: position.cursor, digest: formatDigest(digest) })
  })

  test('S17 an encoder that remembers sees the whole run, the viewer only what it lacks', async () => {
    const { view, push, over } = feed()
    push(entry(1, token('a')), entry(2, token('b')), entry(3, token('c')))
    over()
    let total = ''
    const encoder: Stage<Entry, Frame> = {
      push({ id, event }) {
        total += event.type === 'token' ? event.content : ''
        return [{ id, data: JSON.stringify(total) }]
      },
      end: () => [{ data: '"bye"' }],
    }
    expect(await make(view, { encoding: { encoder, after: 'e-2' } }).text()).toBe(':\n\nid: e-3\ndata: "abc"\n\ndata: "bye"\n\n')
  })

  test('S20 what could not be stored is told without a cursor, before an end without one', async () => {
    const { view, over } = feed({ outcome: 'failed', lost: { type: 'error', error: 'not stored', code: 'journal' } })
    over()
    expect(await make(view).text()).toBe(':\n\ndata: {"type":"error","error":"not stored","code":"journal"}\n\nevent: end\ndata: {"outcome":"failed"}\n\n')
  })

  test('X6 nothing an agent says starts a frame or a field of its own', async () => {
    const nasty = '\n\nevent: end\ndata: {"outcome":"completed"}\n\n\r\rid: x\r\n\r\n\u2028:\0'
    const { view, push, over } = feed()
    push(
      entry(1, token(nasty)),
      entry(2, { type: 'tool_result', tool_name: nasty, result: { [nasty]: nasty } }),
      entry(3, { type: 'custom', name: nasty, data: nasty }),
    )
    over()
    for (const framing of [sse, ndjson]) {
      const bytes = await make(feedAgain(view), { framing }).bytes()
      const decoder = framing.decoder()
      const frames = [...decoder.push(bytes), ...decoder.end()]
      expect(frames.map(({ id, event }) => [id, event])).toEqual([
        ['e-1', undefined],
        ['e-2', undefined],
        ['e-3', undefined],
        [undefined, 'end'],
      ])
      expect(frames[0] && JSON.parse(frames[0].data)).toEqual(token(nasty))
    }
  })
})

/** The same entries for a second reader. */
const feedAgain = (view: RunView): RunView => ({ ...view, close: () => {} })

describe('connection', () => {
  test('S27 headers forbid proxies to hold or change the stream', () => {
    const { headers } = make(feed().view)
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'agentstream-run-id': 'r',
    })
  })

  test('S27 an idle stream beats every 15 seconds, a stream with bytes waiting does not, and all share one timer', async () => {
    vi.useFakeTimers()
    const heartbeats = createHeartbeats(15_000)
    const feeds = [feed(), feed(), feed()]
    const responses = feeds.map(({ view }) => make(view, { heartbeats }))
    expect(vi.getTimerCount()).toBe(1)
    const reader = readerOf(responses[0] as Response)
    expect(await reader.read()).toBe(':\n\n')
    const next = reader.read()
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await next).toBe(':\n\n')
    await vi.advanceTimersByTimeAsync(60_000)
    // The unread ones still hold their first beat and nothing more.
    for (const unread of responses.slice(1)) {
      const other = readerOf(unread)
      expect(await other.read()).toBe(':\n\n')
      await other.cancel()
    }
    await reader.cancel()
    await vi.advanceTimersByTimeAsync(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('the first bytes come before the first event, and each event as it happens', async () => {
    const { view, push, over } = feed()
    const reader = readerOf(make(view))
    expect(await reader.read()).toBe(':\n\n')
    push(entry(1, token('a')))
    expect(await reader.read()).toContain('"a"')
    push(entry(2, token('b')))
    expect(await reader.read()).toContain('"b"')
    over()
    expect(await reader.read()).toContain('event: end')
    expect(await reader.read()).toBeUndefined()
  })

  test('S18 L7 nothing is read from the run for a client that does not read', async () => {
    let batches = 0
    const view: RunView = {
      async *entries() {
        for (;;) {
          batches++
          yield [entry(batches, token('x'.repeat(1_000)))]
        }
      },
      end: async () => undefined,
      close: () => {},
    }
    const reader = make(view).body?.getReader()
    for (let n = 0; n < 5; n++) await reader?.read()
    for (let n = 0; n < 50; n++) await Promise.resolve()
    expect(batches).toBeLessThanOrEqual(6)
    await reader?.cancel()
  })

  test('what is queued goes out in one chunk', async () => {
    const { view, push, over } = feed()
    push(...Array.from({ length: 100 }, (_, n) => entry(n + 1, token('x'))))
    over()
    let chunks = 0
    for await (const _ of make(view).body ?? []) chunks++
    expect(chunks).toBe(3)
  })

  test('S1 L5 a cancelled stream and an aborted request each end the view once, in any order', async () => {
    for (const order of ['cancel', 'abort', 'cancel then abort', 'abort then cancel']) {
      const { view, closed } = feed()
      const request = new AbortController()
      const reader = readerOf(make(view, { request }))
      await reader.read()
      for (const step of order.split(' then ')) {
        if (step === 'cancel') await reader.cancel()
        else request.abort()
      }
      expect([order, closed()]).toEqual([order, 1])
    }
  })

  test('S1 an abort while nothing is read ends the view too; a request aborted before is never followed', async () => {
    const { view, closed } = feed()
    const request = new AbortController()
    make(view, { request })
    request.abort()
    expect(closed()).toBe(1)
    const late = feed()
    expect(await make(late.view, { request }).text()).toBe('')
    expect(late.closed()).toBe(1)
  })

  test('L4 an abort after the end, as Deno sends it, changes nothing and leaves no listener', async () => {
    const { view, push, over, closed } = feed()
    const request = new AbortController()
    const removed = vi.spyOn(request.signal, 'removeEventListener')
    push(entry(1, token('a')))
    over()
    expect(await make(view, { request }).text()).toContain('event: end')
    expect(removed).toHaveBeenCalledTimes(1)
    request.abort()
    expect(closed()).toBe(1)
  })

  test('S21 a journal that fails midway breaks the stream without an end frame and without its words', async () => {
    const errors: unknown[] = []
    const view: RunView = {
      async *entries() {
        yield [entry(1, token('a'))]
        throw new Error('disk at /dev/sda1')
      },
      end: async () => undefined,
      close: () => {},
    }
    const reader = readerOf(make(view, { onError: (error) => errors.push(error) }))
    await reader.read()
    expect(await reader.read()).toContain('"a"')
    await expect(reader.read()).rejects.toThrow('The stream broke off')
    expect(errors).toHaveLength(1)
  })

  test('a run that is not known to be over ends without the control frame', async () => {
    const { view, over } = feed('running')
    over()
    expect(await make(view).text()).toBe(':\n\n')
  })
})
