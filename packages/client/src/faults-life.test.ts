import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AgentEvent, type AgentRun, createAgentClient, immediately, ProtocolError, StreamInterruptedError } from './index.ts'
import { scriptedFetch } from './testing.ts'
import { emptyDigest, extendDigest, formatDigest, ndjson, sse } from './wire.ts'

const text = (content: string): string => `data: ${JSON.stringify({ type: 'token', content })}\n\n`
const hanging = { body: [text('Hi')], hangs: true }

/** A client whose streams come from a script, and whose DELETE answers as told. */
function clientOf(streams: Parameters<typeof scriptedFetch>, receipt: () => Promise<Response> | Response = () => Response.json({ outcome: 'cancelled' })) {
  const script = scriptedFetch(...streams)
  const deleted: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (init?.method !== 'DELETE') return script.fetch(input, init)
    deleted.push(String(input))
    return receipt()
  }
  return { client: createAgentClient({ url: '/api', fetch, retry: { baseMs: 60_000, maxMs: 60_000 } }), requests: script.requests, deleted }
}

/** Resolves when the run shows what is waited for. */
const shows = (run: AgentRun, test: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (test()) resolve()
    }
    run.subscribe(look)
    look()
  })

let unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => {
  unhandled = []
  process.on('unhandledRejection', note)
})
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled, 'L20: no unhandled rejection in any scenario').toEqual([])
})

describe('aborting a signal', () => {
  test('L1: before the headers it gives up the request and ends cancelled, without an error', async () => {
    const controller = new AbortController()
    let aborted = false
    let sent: (() => void) | undefined
    const isSent = new Promise<void>((resolve) => (sent = resolve))
    const fetch: typeof globalThis.fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        sent?.()
        init?.signal?.addEventListener('abort', () => {
          aborted = true
          reject(init.signal?.reason)
        })
      })
    const run = createAgentClient({ url: '/api', fetch }).run('x', { signal: controller.signal })
    await isSent
    controller.abort()
    expect(await run.result()).toMatchObject({ status: 'cancelled', text: '' })
    expect(aborted).toBe(true)
    expect(run.error).toBeUndefined()
  })

  test('L2: mid-stream it closes the socket, keeps the text, and tells the server', async () => {
    const controller = new AbortController()
    const { client, requests, deleted } = clientOf([hanging])
    const run = client.run('x', { signal: controller.signal, runId: 'r1', schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    controller.abort()
    expect(await run.result()).toMatchObject({ status: 'cancelled', text: 'Hi' })
    expect(requests[0]?.aborted).toBe(true)
    expect(deleted).toEqual(['/api/runs/r1'])
  })

  test('L3 L19: during the wait for another attempt there is no other attempt', async () => {
    const controller = new AbortController()
    const { client, requests } = clientOf([{ status: 503 }])
    const run = client.run('x', { signal: controller.signal, schedule: immediately })
    await shows(run, () => run.getSnapshot().connection.phase === 'retrying')
    controller.abort()
    expect(await run.result()).toMatchObject({ status: 'cancelled' })
    expect(requests).toHaveLength(1)
  })

  test('L4: an aborted signal sends nothing, and aborting after the end, or twice, changes nothing', async () => {
    const { client, requests, deleted } = clientOf([{ body: [text('Hi'), 'data: {"type":"completed"}\n\n'] }])
    expect(await client.run('x', { signal: AbortSignal.abort() }).result()).toMatchObject({ status: 'cancelled' })
    expect([requests.length, deleted.length]).toEqual([0, 0])
    const controller = new AbortController()
    const run = client.run('x', { signal: controller.signal })
    expect(await run.result()).toMatchObject({ status: 'completed' })
    controller.abort()
    controller.abort()
    expect(run.getSnapshot().status).toBe('completed')
    expect(requests).toHaveLength(1)
  })

  test('L8: ten thousand runs leave no listener on one long-lived signal', async () => {
    const { signal } = new AbortController()
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    const { client } = clientOf([{ body: 'data: {"type":"completed"}\n\n' }])
    for (let at = 0; at < 10_000; at += 100) await Promise.all(Array.from({ length: 100 }, () => client.run('x', { signal }).result()))
    expect(add.mock.calls.length).toBe(10_000)
    expect(remove.mock.calls.length).toBe(10_000)
  })
})

describe('cancel()', () => {
  test('asks the server, ends cancelled, keeps the text, and gives the receipt, the same one twice', async () => {
    const { client, deleted } = clientOf([hanging])
    const run = client.run('x', { runId: 'r1', schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    vi.useFakeTimers()
    const receipts = Promise.all([run.cancel(), run.cancel()])
    await vi.advanceTimersByTimeAsync(2000)
    vi.useRealTimers()
    expect(await receipts).toEqual([{ outcome: 'cancelled' }, { outcome: 'cancelled' }])
    expect(deleted).toHaveLength(1)
    expect(await run.result()).toMatchObject({ status: 'cancelled', text: 'Hi' })
  })

  test('lets a server that stops the run tell so itself', async () => {
    let stop: (() => void) | undefined
    const stopped = new Promise<void>((resolve) => (stop = resolve))
    const { client } = clientOf([{ body: [text('Hi'), stopped, 'data: {"type":"cancelled","by":"user"}\n\n'] }], () => {
      stop?.()
      return Response.json({ outcome: 'cancelled' })
    })
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
    expect(run.getSnapshot()).toMatchObject({ status: 'cancelled', counts: { events: 2 } })
  })

  test.each([
    ['a server that does not know the run', () => Response.json({ outcome: 'unknown_run' }, { status: 404 }), 'unknown_run'],
    ['a server without cancelling', () => new Response('<h1>Not found</h1>', { status: 404 }), 'not_supported'],
    ['a server that answers anything', () => Response.json({ ok: true }), 'not_supported'],
    ['a server in trouble', () => new Response('', { status: 500 }), 'unreachable'],
    ['no server', () => Promise.reject(new TypeError('fetch failed')), 'unreachable'],
  ])('%s: the stream is closed here all the same', async (_, receipt, outcome) => {
    const { client, requests } = clientOf([hanging], receipt)
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    expect(await run.cancel()).toEqual({ outcome })
    expect(await run.result()).toMatchObject({ status: 'cancelled', text: 'Hi' })
    expect(requests[0]?.aborted).toBe(true)
  })

  test('after the end it says so', async () => {
    const { client, deleted } = clientOf([{ body: 'data: {"type":"completed"}\n\n' }])
    const run = client.run('x')
    await run.result()
    expect(await run.cancel()).toEqual({ outcome: 'already_finished' })
    expect(deleted).toEqual([])
  })

  test('detach() stops watching and cancels nothing', async () => {
    const { client, requests, deleted } = clientOf([hanging])
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    run.detach()
    expect(await run.result()).toMatchObject({ status: 'truncated', text: 'Hi' })
    expect(requests[0]?.aborted).toBe(true)
    expect(deleted).toEqual([])
  })
})

describe('a cold stream', () => {
  test('does nothing until it is iterated', () => {
    const { client, requests } = clientOf([hanging])
    client.stream('x')
    expect(requests).toHaveLength(0)
  })

  test('L5: breaking out closes the socket and cancels the run', async () => {
    const { client, requests, deleted } = clientOf([hanging])
    for await (const event of client.stream('x', { runId: 'r1' })) {
      expect(event).toMatchObject({ type: 'token' })
      break
    }
    expect(requests[0]?.aborted).toBe(true)
    expect(deleted).toEqual(['/api/runs/r1'])
  })

  test('L6: what the consumer throws comes out as it is, and the socket is closed', async () => {
    const { client, requests } = clientOf([hanging])
    const broken = new RangeError('mine')
    const consume = async (): Promise<void> => {
      for await (const _ of client.stream('x')) throw broken
    }
    await expect(consume()).rejects.toBe(broken)
    expect(requests[0]?.aborted).toBe(true)
  })

  test('L6: what onEvent of a live run throws stops the run and comes out of result()', async () => {
    const broken = new RangeError('mine')
    const { client, requests } = clientOf([hanging])
    const run = client.run('x', {
      onEvent: () => {
        throw broken
      },
    })
    await expect(run.result()).rejects.toBe(broken)
    expect(requests[0]?.aborted).toBe(true)
  })

  test('L7: a slow consumer stops the reads', async () => {
    let sent = 0
    function* endless() {
      for (;;) {
        sent++
        yield text('x')
      }
    }
    const { client } = clientOf([{ body: { [Symbol.iterator]: endless } }])
    let taken = 0
    for await (const _ of client.stream('x')) {
      await new Promise((resolve) => setImmediate(resolve))
      expect(sent - taken).toBeLessThan(5)
      if (++taken === 50) break
    }
  })

  test('a cut stream throws, with the text that had arrived', async () => {
    const { client } = clientOf([{ body: [text('Hi '), text('there')] }])
    const consume = async (): Promise<void> => {
      for await (const _ of client.stream('x'));
    }
    await expect(consume()).rejects.toMatchObject({ code: 'interrupted', partialResponse: 'Hi there' })
  })

  test('L4: an aborted signal ends it with a cancelled event, without an error', async () => {
    const controller = new AbortController()
    const { client } = clientOf([hanging])
    const seen: AgentEvent[] = []
    for await (const event of client.stream('x', { signal: controller.signal })) {
      seen.push(event)
      controller.abort()
    }
    expect(seen.map((event) => event.type)).toEqual(['token', 'cancelled'])
  })
})

describe('a live run', () => {
  test('L9: two consumers each get every event', async () => {
    const { client } = clientOf([{ body: [text('a'), text('b'), 'data: {"type":"completed"}\n\n'] }])
    const run = client.run('x')
    const collect = async (): Promise<string[]> => {
      const types: string[] = []
      for await (const event of run) types.push(event.type)
      return types
    }
    const all = ['token', 'token', 'completed']
    expect(await Promise.all([collect(), collect()])).toEqual([all, all])
  })

  test('publishes the first event and the end at once, and everything between by the schedule', async () => {
    const waiting: (() => void)[] = []
    let go: (() => void) | undefined
    const held = new Promise<void>((resolve) => (go = resolve))
    const { client } = clientOf([{ body: [text('a'), text('b') + text('c'), held, 'data: {"type":"completed"}\n\n'] }])
    const run = client.run('x', { schedule: (publish) => waiting.push(publish) && (() => waiting.splice(0)) })
    const seen: string[] = []
    run.subscribe(() => {
      const [part] = run.getSnapshot().main.parts
      seen.push(part && 'text' in part ? part.text : '')
    })
    while (run.getSnapshot().counts.events === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(seen.at(-1)).toBe('a')
    const shown = seen.length
    await new Promise((resolve) => setImmediate(resolve))
    expect(seen).toHaveLength(shown)
    for (const publish of waiting.splice(0)) publish()
    expect(seen.at(-1)).toBe('abc')
    go?.()
    await run.result()
    expect(run.getSnapshot().status).toBe('completed')
  })

  test('L15: a clock that jumps moves no timer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(0)
    const { client } = clientOf([hanging])
    const run = client.run('x', { schedule: immediately })
    await shows(run, () => run.getSnapshot().counts.tokens > 0)
    vi.setSystemTime(3_600_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(run.getSnapshot().status).toBe('streaming')
    vi.useRealTimers()
    await run.cancel()
  })
})

describe('numbered streams', () => {
  const events = ['Hi', ' there', '!'].map((content) => JSON.stringify({ type: 'token', content })).concat('{"type":"completed","success":true}')
  const digest = formatDigest(events.reduce(extendDigest, emptyDigest))
  const frames = events.map((data, at) => ({ id: `e1-${at + 1}`, data }))
  const end = { event: 'end', data: JSON.stringify({ outcome: 'completed', cursor: 'e1-4', digest }) }

  const runOf = async (sent: readonly { id?: string; event?: string; data: string }[], framing = sse) => {
    const { client } = clientOf([{ headers: { 'content-type': framing.contentType }, body: sent.map(framing.encode) }])
    const run = client.run('x', { schedule: immediately })
    const error = await run.result().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    return {
      error,
      state: run.getSnapshot(),
      text: run
        .getSnapshot()
        .main.parts.map((part) => ('text' in part ? part.text : ''))
        .join(''),
    }
  }

  test.each([sse, ndjson])('are verified by the digest in their last frame over $name', async (framing) => {
    const { error, state } = await runOf([...frames, end], framing)
    expect(error).toBeUndefined()
    expect(state).toMatchObject({ status: 'completed', integrity: 'verified', connection: { cursor: 'e1-4' } })
  })

  test('N16 N17: a repeated event is dropped', async () => {
    const { state, text } = await runOf([...frames.slice(0, 2), ...frames, end])
    expect(text).toBe('Hi there!')
    expect(state).toMatchObject({ status: 'completed', integrity: 'verified' })
  })

  test('N18: a gap is told and nothing after it is shown', async () => {
    const { error, state, text } = await runOf([...frames.slice(0, 1), ...frames.slice(2), end])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ message: 'Events 2 to 2 are missing', cursor: 'e1-1', partialResponse: 'Hi' })
    expect(state).toMatchObject({ status: 'truncated', integrity: 'broken' })
    expect(text).toBe('Hi')
  })

  test('N19: events in the wrong order are never shown in it', async () => {
    const [a, b, c, d] = frames
    if (!a || !b || !c || !d) throw new RangeError('four frames')
    const { state, text } = await runOf([a, c, b, d, end])
    expect(state.integrity).toBe('broken')
    expect('Hi there!'.startsWith(text)).toBe(true)
  })

  test('N25: another journal in the same stream is refused', async () => {
    const { error, state } = await runOf([...frames.slice(0, 2), { id: 'e2-3', data: '{"type":"token","content":"?"}' }])
    expect(error).toBeInstanceOf(ProtocolError)
    expect(state).toMatchObject({ status: 'failed', integrity: 'broken' })
  })

  test('a changed event is found by the digest, and no ending is believed', async () => {
    const { error, state } = await runOf([{ id: 'e1-1', data: '{"type":"token","content":"Ho"}' }, ...frames.slice(1), end])
    expect(error).toMatchObject({ message: 'Events were changed on the way: the digests differ' })
    expect(state).toMatchObject({ status: 'failed', integrity: 'broken' })
  })

  test('N20: opaque ids promise nothing and break nothing', async () => {
    const { state, text } = await runOf(frames.map(({ data }, at) => ({ id: `größe ${9 - at}`, data })))
    expect(text).toBe('Hi there!')
    expect(state).toMatchObject({ status: 'completed', integrity: 'unverified' })
  })

  test('N1: cut before the last frame they are truncated, whatever the agent had said of its result', async () => {
    const result = { id: 'e1-4', data: '{"type":"result","output":"Hi there!"}' }
    const { state } = await runOf([...frames.slice(0, 3), result])
    expect(state).toMatchObject({ status: 'truncated', output: 'Hi there!' })
  })

  test('the outcome in the last frame is the outcome', async () => {
    const { state, error } = await runOf([...frames.slice(0, 3), { event: 'end', data: '{"outcome":"truncated"}' }])
    expect(error).toBeUndefined()
    expect(state.status).toBe('truncated')
  })
})
