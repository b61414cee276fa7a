import { describe, expect, test, vi } from 'vitest'
import { createAgentClient, immediately } from '../src/index.ts'
import { clientOf, failOnUnhandled, hanging, shows, text } from './support.ts'

failOnUnhandled()

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
