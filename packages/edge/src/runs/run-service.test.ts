import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { contents, puppet, token } from '../../test/puppet.ts'
import type { JournalEntry } from './journal.ts'
import type { RunView } from './live-run.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { createRunService, type FollowResult, type RunServiceOptions, type StartResult } from './run-service.ts'
import { createMemorySessionStore } from './session-store.ts'

function makeService(options: Partial<RunServiceOptions> = {}) {
  return createRunService({ journal: createMemoryJournal(), onDisconnect: 'cancel', disconnectGraceMs: 0, onError: () => {}, now: () => 0, ...options })
}

const viewOf = (result: StartResult | FollowResult): RunView => {
  if (!('view' in result)) throw new Error(result.outcome)
  return result.view
}

afterEach(() => {
  vi.useRealTimers()
})

describe('starting', () => {
  test('S23 the same id starts one run, also when both ask at once', async () => {
    const service = makeService()
    const { agent, contexts, say } = puppet()
    const request = { key: 'r', runId: 'r', agent, task: { description: 'go' } }
    const results = await Promise.all([service.start(request), service.start(request)])
    expect(results.map(({ outcome }) => outcome)).toEqual(['started', 'followed'])
    const reading = results.map((result) => contents(viewOf(result)))
    say(token('a'), { type: 'completed', success: true })
    expect(await Promise.all(reading)).toEqual([
      ['a', 'completed'],
      ['a', 'completed'],
    ])
    expect(contexts).toHaveLength(1)
    const again = await service.start(request)
    expect(again.outcome).toBe('followed')
    expect(await contents(viewOf(again))).toEqual(['a', 'completed'])
  })

  test('S25 over the cap a new run is refused; known runs are still followed', async () => {
    const service = makeService({ maxConcurrentRuns: 2 })
    const { agent, say } = puppet()
    const start = (runId: string) => service.start({ key: runId, runId, agent, task: { description: 'go' } })
    const outcomes = await Promise.all(['a', 'b', 'c', ...Array.from({ length: 47 }, (_, n) => `more-${n}`)].map(start))
    expect(outcomes.filter(({ outcome }) => outcome === 'started')).toHaveLength(2)
    expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(48)
    expect((await start('a')).outcome).toBe('followed')
    const ends = outcomes.flatMap((result) => (result.outcome === 'started' ? [result.ending] : []))
    say({ type: 'completed' })
    await Promise.all(ends)
    expect((await start('c')).outcome).toBe('started')
    expect((await start('a')).outcome).toBe('followed')
  })

  test('a conversation is quiet when its run is over, or the time is up; to that run itself, and to others, it always was', async () => {
    vi.useFakeTimers()
    const service = makeService({ sessions: createMemorySessionStore() })
    const { agent, say } = puppet()
    const start = (key: string) => service.start({ key, runId: key, agent, task: { description: 'go' }, sessionKey: 's' })
    await start('a')
    const waits = (key: string, sessionKey?: string) => service.quiet({ key, sessionKey }, 1_000)
    await Promise.all([waits('a', 's'), waits('b', 't'), waits('b')])
    const late = waits('b', 's')
    await vi.advanceTimersByTimeAsync(1_000)
    await late
    expect((await start('b')).outcome).toBe('session_busy')
    const inTime = waits('b', 's')
    say({ type: 'completed' })
    await inTime
    expect([vi.getTimerCount(), (await start('b')).outcome]).toEqual([0, 'started'])
  })

  test('S25 a journal without room refuses in the same way', async () => {
    const service = makeService({ journal: createMemoryJournal({ maxRuns: 1 }) })
    const { agent } = puppet()
    const start = (runId: string) => service.start({ key: runId, runId, agent, task: { description: 'go' } })
    expect((await start('a')).outcome).toBe('started')
    expect((await start('b')).outcome).toBe('busy')
    expect(await service.cancel('b', { by: 'user' })).toEqual({ outcome: 'unknown_run' })
  })

  test('S20 S21 a journal that fails to open or answer rejects and keeps nothing', async () => {
    const broken = { ...createMemoryJournal(), open: () => Promise.reject(new Error('disk')), status: () => Promise.reject(new Error('disk')) }
    const service = makeService({ journal: broken, maxConcurrentRuns: 1 })
    const { agent, contexts } = puppet()
    for (let n = 0; n < 3; n++) await expect(service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })).rejects.toThrow('disk')
    await expect(service.follow('r')).rejects.toThrow('disk')
    expect(contexts).toHaveLength(0)
  })
})

describe('viewers', () => {
  async function twoViewers(onDisconnect: 'cancel' | 'continue', disconnectGraceMs = 0) {
    const service = makeService({ onDisconnect, disconnectGraceMs })
    const { agent, contexts, say } = puppet()
    const started = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })
    const joined = await service.follow('r')
    if (started.outcome !== 'started' || joined.outcome !== 'followed') throw new Error('not running')
    const signal = contexts[0]?.signal
    return { service, say, first: started.view, second: joined.view, ending: started.ending, aborted: () => signal?.aborted }
  }

  describe('who may come back', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    test('S1 a run waits for its viewers, and goes on when one returns in time', async () => {
      const { service, first, second, aborted } = await twoViewers('cancel', 1000)
      first.close()
      second.close()
      vi.advanceTimersByTime(999)
      const back = await service.follow('r')
      vi.advanceTimersByTime(5000)
      expect(aborted()).toBe(false)
      if (back.outcome === 'followed') back.view.close()
      vi.advanceTimersByTime(1000)
      expect(aborted()).toBe(true)
    })

    test('S1 who stops by leaving is not waited for, unless somebody else still watches', async () => {
      const { first, second, aborted } = await twoViewers('cancel', 1000)
      first.close('stopped')
      expect(aborted()).toBe(false)
      second.close('stopped')
      expect(aborted()).toBe(true)
    })

    test('S1 L8 a run that ended leaves no timer behind', async () => {
      const { service, first, second, ending } = await twoViewers('cancel', 1000)
      first.close()
      second.close()
      await service.cancel('r', { by: 'user' })
      await ending
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  test('S1 the run is cancelled when the last viewer leaves, and not before', async () => {
    const { service, first, second, ending, aborted } = await twoViewers('cancel')
    first.close()
    first.close()
    expect(aborted()).toBe(false)
    second.close()
    expect(aborted()).toBe(true)
    await ending
    expect((await service.status('r')).status).toBe('cancelled')
    const later = await service.follow('r')
    expect(later.outcome === 'followed' && (await contents(later.view))).toEqual(['cancelled'])
  })

  test('S1 with `continue` the run goes on and can be followed again', async () => {
    const { service, say, first, second, ending, aborted } = await twoViewers('continue')
    first.close()
    second.close()
    expect(aborted()).toBe(false)
    say(token('a'), { type: 'completed' })
    await ending
    const later = await service.follow('r')
    expect(later.outcome === 'followed' && (await contents(later.view))).toEqual(['a', 'completed'])
  })

  test('L4 leaving after the end stops nothing', async () => {
    const { say, first, second, ending, aborted } = await twoViewers('cancel')
    say({ type: 'completed' })
    await ending
    first.close()
    second.close()
    expect(aborted()).toBe(false)
  })

  test('S18 a viewer that never reads does not keep others from the end', async () => {
    const { say, second } = await twoViewers('cancel')
    const reading = contents(second)
    say(token('a'), { type: 'completed' })
    expect(await reading).toEqual(['a', 'completed'])
    expect(await second.end()).toMatchObject({ outcome: 'completed', cursor: expect.stringMatching(/-2$/), digest: expect.stringMatching(/^[0-9a-f]{8}$/) })
  })

  test('S20 viewers of a run that cannot be stored are told instead of left waiting', async () => {
    const journal = createMemoryJournal()
    const broken = { ...journal, append: () => Promise.reject(new Error('disk')), close: () => Promise.reject(new Error('disk')) }
    const service = makeService({ journal: broken })
    const { agent, say } = puppet()
    const view = viewOf(await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } }))
    const reading = contents(view)
    say(token('a'))
    expect(await reading).toEqual([])
    expect(await view.end()).toEqual({ outcome: 'failed', lost: expect.objectContaining({ type: 'error', code: 'journal' }) })
  })

  test('S20 who comes later to a run whose end could not be stored gets what is there and is told, and waits for nothing', async () => {
    const service = makeService({ journal: { ...createMemoryJournal(), close: () => Promise.reject(new Error('disk')) } })
    const { agent, say } = puppet()
    const request = { key: 'r', runId: 'r', agent, task: { description: 'go' } }
    const started = await service.start(request)
    say(token('a'), token('b'), { type: 'completed' })
    await (started.outcome === 'started' && started.ending)
    const { cursor = '', status } = await service.status('r')
    expect(status).toBe('completed')
    const told = { outcome: 'completed', lost: expect.objectContaining({ type: 'error', code: 'journal' }) }
    for (const [joined, shown] of [
      [await service.start(request), ['a', 'b', 'completed']],
      [await service.follow('r'), ['a', 'b', 'completed']],
      [await service.follow('r', cursor.replace(/3$/, '1')), ['b', 'completed']],
      [await service.follow('r', cursor), []],
    ] as const) {
      const view = viewOf(joined)
      expect([await contents(view), await view.end()]).toEqual([shown, told])
    }
    expect(await service.cancel('r', { by: 'user' })).toEqual({ outcome: 'already_finished' })
  })

  test('S18 a run whose only viewer takes nothing for five minutes is stopped as if that viewer had left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const service = makeService({ onDisconnect: 'cancel', disconnectGraceMs: 10_000 })
    const { agent, contexts, say } = puppet()
    const started = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })
    const reading = viewOf(started).entries()[Symbol.asyncIterator]()
    say(token('a'))
    await reading.next()
    say(...Array.from({ length: 10_000 }, () => token('b')))
    await vi.advanceTimersByTimeAsync(300_000 + 9_999)
    expect(contexts[0]?.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(await (started.outcome === 'started' && started.ending)).toMatchObject({ outcome: 'cancelled' })
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})

describe('cancelling', () => {
  test('S2 the receipt says what really happened', async () => {
    const service = makeService()
    const { agent, contexts, say } = puppet()
    await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })
    const watcher = await service.follow('r')
    expect(await service.cancel('unknown', { by: 'user' })).toEqual({ outcome: 'unknown_run' })
    expect(await Promise.all([service.cancel('r', { by: 'user' }), service.cancel('r', { by: 'user' })])).toEqual([
      { outcome: 'cancelled' },
      { outcome: 'cancelled' },
    ])
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(watcher.outcome === 'followed' && (await contents(watcher.view))).toEqual(['cancelled'])
    expect(await service.cancel('r', { by: 'user' })).toEqual({ outcome: 'already_finished' })
    say(token('late'))
  })

  test('a cancel that comes after the last event answers already_finished', async () => {
    const service = makeService()
    const { agent, say } = puppet()
    const started = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })
    say({ type: 'completed' })
    await (started.outcome === 'started' && started.ending)
    expect(await service.cancel('r', { by: 'user' })).toEqual({ outcome: 'already_finished' })
  })

  test('S9 a run that takes too long is cancelled by timeout, and a short one leaves no timer', async () => {
    vi.useFakeTimers()
    const service = makeService({ maxRunMs: 1_000 })
    const slow = puppet()
    const view = viewOf(await service.start({ key: 'slow', runId: 'slow', agent: slow.agent, task: { description: 'go' } }))
    vi.advanceTimersByTime(1_000)
    const entries: JournalEntry[] = []
    for await (const batch of view.entries()) entries.push(...batch)
    expect(entries.map(({ event }) => event)).toEqual([
      { type: 'cancelled', by: 'timeout', reason: 'The run took longer than 1000 ms', timestamp: '1970-01-01T00:00:00.000Z' },
    ])
    const quick = puppet()
    quick.say({ type: 'completed' })
    const started = await service.start({ key: 'quick', runId: 'quick', agent: quick.agent, task: { description: 'go' } })
    await (started.outcome === 'started' && started.ending)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('S22 cursors are told apart: garbage, another incarnation, ahead of the run', async () => {
  const service = makeService()
  const { agent, say } = puppet()
  const started = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })
  expect((await service.follow('r', 'abc-1')).outcome).toBe('cursor_gone')
  say(token('a'), { type: 'completed' })
  await (started.outcome === 'started' && started.ending)
  const { cursor = '' } = await service.status('r')
  const outcomes = await Promise.all(
    ['garbage', 'a-b', '-1', 'other-1', cursor.replace(/2$/, '3'), cursor, cursor.replace(/2$/, '0')].map((after) => service.follow('r', after)),
  )
  expect(outcomes.map(({ outcome }) => outcome)).toEqual([
    'cursor_invalid',
    'cursor_invalid',
    'cursor_invalid',
    'cursor_gone',
    'cursor_ahead',
    'followed',
    'followed',
  ])
  expect((await service.follow('unknown', 'garbage')).outcome).toBe('unknown_run')
})
