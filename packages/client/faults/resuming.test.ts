import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAgentClient, HttpError, immediately, ProtocolError, StreamInterruptedError, textOf } from '../src/index.ts'
import { faults, scriptedFetch } from '../src/testing.ts'
import { sse } from '../src/wire.ts'
import { all, atOnce, cutAfter, end, endOf, events, frames, headers, lost, sent, server, whole, words } from './kept-run.ts'
import { failOnUnhandled } from './support.ts'

failOnUnhandled()
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a run whose connection is lost', () => {
  test.each([
    ['N1 N3 N9: an end in the middle', sent(frames.slice(0, 2))],
    ['N2: a broken connection', cutAfter(frames.slice(0, 2))],
    ['N18: a gap', sent([...frames.slice(0, 2), ...frames.slice(3)])],
    ['N19: the wrong order', sent([...frames.slice(0, 2), ...frames.slice(3, 4), ...frames.slice(2, 3), end])],
    ['N18: an end that comes too early', sent([...frames.slice(0, 2), end])],
    ['N27: an event that lost its id', sent([...frames.slice(0, 2), { ...frames[2], data: events[2] ?? '', id: '' }, ...frames.slice(3), end])],
  ])('%s: is asked for the rest after what was shown, and shown once', async (_, response) => {
    const { error, state, asked } = await endOf([response, sent(all.slice(2))])
    expect(error).toBeUndefined()
    expect(state).toMatchObject({ ...whole, connection: { phase: 'closed', attempt: 2, losses: 1, cursor: 'e1-7' } })
    expect(asked).toEqual(['POST all', 'GET e1-2'])
  })

  test('N1 N3: cut or ended at any byte, it is shown whole', async () => {
    const { length } = all.map(sse.encode).join('')
    const plans = Array.from({ length }, (_, at) => [faults().cutAt(at), faults().endAt(at)]).flat()
    const runs = plans.map((plan) => server((attempt) => (attempt === 0 ? plan : undefined)).client.run('x', { schedule: immediately }))
    for (const { state } of await Promise.all(runs.map((run) => run.result()))) expect(state).toMatchObject(whole)
  })

  test('N16: of a server that begins at the start again, nothing is shown twice', async () => {
    expect(await endOf([cutAfter(frames.slice(0, 4)), sent(all)])).toMatchObject({ error: undefined, state: whole })
  })

  test('N5: silent, it is asked for the rest after the idle timeout', async () => {
    vi.useFakeTimers()
    const { client, asked } = server((attempt) => (attempt === 0 ? faults().halfOpen(100) : undefined), { idleTimeoutMs: 5000 })
    const run = client.run('x', { schedule: immediately })
    await vi.advanceTimersByTimeAsync(4999)
    expect(asked).toEqual(['POST all'])
    await vi.advanceTimersByTimeAsync(400)
    expect(await run.result()).toMatchObject({ status: 'completed', state: whole })
    expect(asked).toEqual(['POST all', 'GET e1-2'])
  })

  test('before its first event it is started again under the same id, which starts it once', async () => {
    const { error, state, asked, requests } = await endOf([cutAfter([]), lost, sent(all)])
    expect({ error, state }).toMatchObject({ error: undefined, state: whole })
    expect(asked).toEqual(['POST all', 'POST all', 'POST all'])
    expect(new Set(requests.map(({ body }) => JSON.parse(body).run_id))).toEqual(new Set(['r']))
  })

  test('N53: after its last event only the server’s seal is asked for; without it the run is over, and unverified', async () => {
    const sealed = await endOf([sent(frames), sent([end])])
    expect(sealed).toMatchObject({ error: undefined, state: whole, asked: ['POST all', 'GET e1-7'] })
    const { error, state } = await endOf([sent(frames), { status: 404 }])
    expect({ error, state }).toMatchObject({ error: undefined, state: { ...whole, integrity: 'unverified' } })
  })

  test('N21: events without numbers are not asked for again', async () => {
    const { error, state, asked } = await endOf([cutAfter(frames.slice(0, 2).map(({ data }) => ({ data })))])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(state).toMatchObject({ status: 'truncated', counts: { events: 2 } })
    expect(asked).toEqual(['POST all'])
  })

  test('without retries it is not asked for again', async () => {
    const { error, state, asked } = await endOf([cutAfter(frames.slice(0, 2))], { retry: false })
    expect(error).toMatchObject({ code: 'interrupted', cursor: 'e1-2', partialResponse: 'Hi there', retryable: true })
    expect({ state, asked }).toMatchObject({ state: { status: 'truncated' }, asked: ['POST all'] })
  })

  test('iterated cold, it goes on as well', async () => {
    const { client } = server((attempt) => (attempt < 4 ? faults().cutAt(60 + attempt) : undefined))
    let text = ''
    for await (const piece of textOf(client.stream('x'))) text += piece
    expect(text).toBe(words.join(''))
  })

  test('attached after a cursor, it holds what came after it, unverified', async () => {
    const { client, asked } = server((attempt) => (attempt === 0 ? faults().cutAt(100) : undefined))
    const { state } = await client.attach('r', { after: 'e1-2', schedule: immediately }).result()
    expect(state).toMatchObject({ ...whole, integrity: 'unverified', counts: { events: 5 }, main: { parts: [{ text: ', how are you?' }] } })
    expect(asked).toEqual(['GET e1-2', 'GET e1-3'])
  })
})

describe('how long it is tried', () => {
  test('N11: for as long as something new arrives, however little', async () => {
    const steps = frames.map((frame) => cutAfter([frame]))
    const { error, state, asked } = await endOf([...steps, sent([end])], { retry: { attempts: 2, baseMs: 0 } })
    expect({ error, state }).toMatchObject({ error: undefined, state: whole })
    expect(asked).toHaveLength(8)
  })

  test('N10: without anything new it is given up after waits that grow, with what had arrived', async () => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const { fetch, requests } = scriptedFetch(cutAfter(frames.slice(0, 2)), lost)
    const run = createAgentClient({ url: '/api', fetch }).run('x', { schedule: immediately })
    const failed = run.result().catch((error: unknown) => error)
    const at: number[] = []
    for (let ms = 0; ms <= 29_000; ms += 100) {
      await vi.advanceTimersByTimeAsync(ms === 0 ? 0 : 100)
      while (at.length < requests.length) at.push(ms)
    }
    expect(at).toEqual([0, 300, 900, 2100, 4500, 9300, 18_900, 28_900])
    expect(await failed).toBeInstanceOf(StreamInterruptedError)
    expect(await failed).toMatchObject({ cursor: 'e1-2', partialResponse: 'Hi there', retryable: true })
    expect(run.getSnapshot()).toMatchObject({ status: 'truncated', integrity: 'unverified', connection: { phase: 'closed', attempt: 8, cursor: 'e1-2' } })
  })

  test('N22: a connection that dies before its first event changes nothing', async () => {
    const { state, asked } = await endOf([cutAfter(frames.slice(0, 2)), cutAfter([]), sent([]), sent(all.slice(2))])
    expect(state).toMatchObject(whole)
    expect(asked).toEqual(['POST all', 'GET e1-2', 'GET e1-2', 'GET e1-2'])
  })

  test.each([
    ['404', { status: 404 }, HttpError, 404],
    ['410', { status: 410 }, HttpError, 410],
    ['409', { status: 409 }, HttpError, 409],
    ['204', { status: 204 }, ProtocolError, undefined],
    ['N31: a page', { headers: { 'content-type': 'text/html' }, body: '<title>Sign in</title>' }, ProtocolError, undefined],
  ])('N23: a server that answers %s has lost it: told at once, with what had arrived', async (_, response, cause, status) => {
    const { error, state, asked } = await endOf([cutAfter(frames.slice(0, 2)), response])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ cursor: 'e1-2', partialResponse: 'Hi there', retryable: false, cause: expect.any(cause) })
    expect(state).toMatchObject({ status: 'truncated', failure: { code: 'interrupted', phase: 'stream', retryable: false, ...(status ? { status } : {}) } })
    expect(asked).toEqual(['POST all', 'GET e1-2'])
  })

  test('N24: refused with 401, headers are asked for once more; refused again, it is told', async () => {
    let token = 0
    const options = { ...atOnce, headers: () => ({ authorization: `Bearer ${++token}` }) }
    const renewed = await endOf([cutAfter(frames.slice(0, 2)), { status: 401 }, sent(all.slice(2))], options)
    expect(renewed.state).toMatchObject(whole)
    expect(renewed.requests.map((request) => request.headers.get('authorization'))).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3'])
    const { error, asked } = await endOf([cutAfter(frames.slice(0, 2)), { status: 401 }], options)
    expect(error).toMatchObject({ code: 'interrupted', cause: { code: 'http', status: 401 } })
    expect(asked).toHaveLength(3)
  })

  test('N25: another journal is refused', async () => {
    const { error, state, asked } = await endOf([cutAfter(frames.slice(0, 2)), sent([{ id: 'e2-3', data: '{"type":"token","content":"?"}' }])])
    expect(error).toBeInstanceOf(ProtocolError)
    expect(state).toMatchObject({ status: 'failed', integrity: 'broken', counts: { events: 2 } })
    expect(asked).toHaveLength(2)
  })

  test.each([
    ['0', 300],
    ['2500', 2500],
    ['99999999999', 60_000],
    ['soon', 300],
  ])('N26: `retry: %s` is a wait of %i ms: no less than our own, and no more than a minute', async (retry, expected) => {
    vi.useFakeTimers()
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const [first] = frames
    const { fetch, requests } = scriptedFetch({ headers, body: [`retry: ${retry}\n${sse.encode(first ?? { data: '' })}`] }, sent(all))
    const run = createAgentClient({ url: '/api', fetch }).run('x', { schedule: immediately })
    await vi.advanceTimersByTimeAsync(expected - 1)
    expect(requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await run.result()).toMatchObject({ state: whole })
  })

  test('N30: Retry-After is waited for', async () => {
    vi.useFakeTimers()
    const { fetch, requests } = scriptedFetch(cutAfter(frames.slice(0, 2)), { status: 503, headers: { 'retry-after': '7' } }, sent(all))
    const run = createAgentClient({ url: '/api', fetch, retry: { baseMs: 0 } }).run('x', { schedule: immediately })
    await vi.advanceTimersByTimeAsync(6900)
    expect([requests.length, run.getSnapshot().connection.phase]).toEqual([2, 'retrying'])
    await vi.advanceTimersByTimeAsync(200)
    expect(await run.result()).toMatchObject({ state: whole })
  })

  test('a server that sends everything again and again is held to the limit of one run', async () => {
    const again = Array.from({ length: 50 }, (_, at) => cutAfter(frames.slice(0, Math.min(at + 1, 6))))
    const { error } = await endOf(again, { ...atOnce, limits: { runBytes: 900 } })
    expect(error).toMatchObject({ code: 'limit', limit: 900 })
  })
})
