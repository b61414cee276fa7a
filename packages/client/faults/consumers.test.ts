import { describe, expect, test, vi } from 'vitest'
import { type AgentEvent, immediately, type Schedule } from '../src/index.ts'
import { clientOf, failOnUnhandled, hanging, shows, text } from './support.ts'

failOnUnhandled()

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

  test.each([
    ['the last characters', 5, 'there'],
    ['no half of a character', 7, ' there'],
    ['nothing', 0, ''],
    ['more than there is', 500, '🌊 there'],
  ])('or with as much of it as was asked for: %s', async (_, maxPartialCharacters, partialResponse) => {
    const { client } = clientOf([{ body: [text('🌊'), text(' '), text('th'), text('ere')] }])
    const consume = async (): Promise<void> => {
      for await (const _ of client.stream('x', { maxPartialCharacters }));
    }
    await expect(consume()).rejects.toMatchObject({ code: 'interrupted', partialResponse })
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
    const schedule: Schedule = (publish) => {
      waiting.push(publish)
      return () => void waiting.splice(0)
    }
    let go: (() => void) | undefined
    const held = new Promise<void>((resolve) => (go = resolve))
    const { client } = clientOf([{ body: [text('a'), text('b') + text('c'), held, 'data: {"type":"completed"}\n\n'] }])
    const run = client.run('x', { schedule })
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

  test('L2: the partial response has what arrived since the last publish, too, and listeners of the end see it', async () => {
    const { client } = clientOf([{ body: [text('a'), text('b'), text('c')] }])
    const run = client.run('x', { schedule: () => () => {} })
    const seen: unknown[] = []
    run.subscribe(() => seen.push(run.getSnapshot().status === 'truncated' && run.error && 'partialResponse' in run.error && run.error.partialResponse))
    await expect(run.result()).rejects.toMatchObject({ partialResponse: 'abc' })
    expect(seen.at(-1)).toBe('abc')
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
