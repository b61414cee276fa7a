import { describe, expect, test, vi } from 'vitest'
import { collect, createAgentClient, immediately, StreamTimeoutError } from '../src/index.ts'
import { scriptedFetch } from '../src/testing.ts'
import { clientOf, done, runOf, text } from './support.ts'

describe('silence', () => {
  const stalled = async (options: Record<string, unknown>, body: (string | Promise<unknown>)[] = []) => {
    vi.useFakeTimers()
    try {
      const { fetch, requests } = scriptedFetch({ body, hangs: true })
      const run = createAgentClient({ url: '/api', fetch, retry: false, ...options }).run('x', { schedule: immediately })
      const ended = run.result().catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(60_000)
      return { error: await ended, state: run.getSnapshot(), requests }
    } finally {
      vi.useRealTimers()
    }
  }

  test('N5: a half-open connection ends with the idle timeout, text kept, socket closed', async () => {
    const { error, state, requests } = await stalled({ idleTimeoutMs: 5000 }, ['data: {"type":"token","content":"Hi"}\n\n'])
    expect(error).toBeInstanceOf(StreamTimeoutError)
    expect(error).toMatchObject({ phase: 'idle', timeoutMs: 5000, retryable: true, message: 'No answer within 5000 ms (idle timeout)' })
    expect(state).toMatchObject({ status: 'truncated', failure: { code: 'timeout' } })
    expect(requests[0]?.aborted).toBe(true)
  })

  test('N6: a server that sends no headers ends with the connect timeout', async () => {
    vi.useFakeTimers()
    const run = createAgentClient({ url: '/api', fetch: () => new Promise(() => {}), retry: { attempts: 2, baseMs: 0, maxMs: 0 } }).run('x')
    const ended = run.result().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await ended).toMatchObject({ code: 'timeout', phase: 'connect', timeoutMs: 10_000 })
    expect(run.getSnapshot().connection).toMatchObject({ phase: 'closed', attempt: 2 })
    vi.useRealTimers()
  })

  test('N6: heartbeats do not stand in for the first event', async () => {
    const beats = Array.from({ length: 30 }, (_, at) => new Promise((resolve) => setTimeout(resolve, (at + 1) * 1000)))
    const { error } = await stalled(
      { firstEventTimeoutMs: 8000 },
      beats.flatMap((beat) => [beat, ':\n\n']),
    )
    expect(error).toMatchObject({ code: 'timeout', phase: 'first_event', timeoutMs: 8000 })
  })

  test('L7 N14: a loop that is busy for an hour is not taken for a silent server', async () => {
    vi.useFakeTimers()
    const { fetch } = scriptedFetch({ body: ['data: {"type":"token","content":"Hi"}\n\n', 'data: {"type":"token","content":" there"}\n\n', done] })
    const seen: string[] = []
    const reading = (async () => {
      for await (const { type } of createAgentClient({ url: '/api', fetch }).stream('x')) {
        seen.push(type)
        if (seen.length === 1) await new Promise((resolve) => setTimeout(resolve, 3_600_000))
      }
    })()
    await vi.advanceTimersByTimeAsync(3_700_000)
    await reading
    expect(seen).toEqual(['token', 'token', 'status', 'token', 'result'])
    vi.useRealTimers()
  })

  test('N14 N15: heartbeats are life, however long they go on', async () => {
    vi.useFakeTimers()
    function* beating() {
      for (let beat = 0; beat < 100; beat++) {
        yield new Promise((resolve) => setTimeout(resolve, 10_000))
        yield ':\n\n'
      }
      yield done
    }
    const { fetch, requests } = scriptedFetch({ body: { [Symbol.iterator]: beating } })
    const run = createAgentClient({ url: '/api', fetch }).run('x', { schedule: immediately })
    await vi.advanceTimersByTimeAsync(1_100_000)
    expect(run.getSnapshot().status).toBe('completed')
    expect(requests).toHaveLength(1)
    vi.useRealTimers()
  })

  test('N15: a total timeout ends a run that never would', async () => {
    vi.useFakeTimers()
    const { fetch } = scriptedFetch({ body: ['data: {"type":"token","content":"Hi"}\n\n'], hangs: true })
    const run = createAgentClient({ url: '/api', fetch, idleTimeoutMs: Number.POSITIVE_INFINITY }).run('x', { timeoutMs: 90_000 })
    const ended = run.result().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(90_000)
    expect(await ended).toMatchObject({ code: 'timeout', phase: 'total', timeoutMs: 90_000 })
    expect(run.getSnapshot().status).toBe('truncated')
    vi.useRealTimers()
  })

  test('N15: it ends a loop over events, too, and the run on the server', async () => {
    vi.useFakeTimers()
    const { client, deleted } = clientOf([{ body: [text('Hi')], hangs: true }], undefined, { idleTimeoutMs: Number.POSITIVE_INFINITY })
    const ended = collect(client.stream('x', { runId: 'r1', timeoutMs: 90_000 })).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(90_000)
    expect(await ended).toMatchObject({ code: 'timeout', phase: 'total', timeoutMs: 90_000 })
    expect(deleted).toEqual(['/api/runs/r1'])
    vi.useRealTimers()
  })

  test('N13 N12: bursts and single bytes come to the same as the whole', async () => {
    const whole = await runOf([{ body: done }])
    const bytes = await runOf([{ body: Array.from(new TextEncoder().encode(done), (byte) => Uint8Array.of(byte)) }])
    expect(bytes.state.main).toEqual(whole.state.main)
    expect(bytes.state.status).toBe('completed')
  })
})
