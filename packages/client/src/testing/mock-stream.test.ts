import { expect, test, vi } from 'vitest'
import { collect } from '../patterns/collect.ts'
import { textOf } from '../text-of.ts'
import { mockStream } from './mock-stream.ts'

test('AC-24 a text in pieces of so many characters, as the events of a whole run', async () => {
  expect(await collect(mockStream('High tide', { chunkSize: 4 }))).toEqual([
    { type: 'started' },
    { type: 'token', content: 'High' },
    { type: 'token', content: ' tid' },
    { type: 'token', content: 'e' },
    { type: 'result', output: 'High tide', success: true },
    { type: 'completed', success: true },
  ])
  expect(await collect(textOf(mockStream('⛵😀🌊', { chunkSize: 1 })))).toEqual(['⛵', '😀', '🌊'])
})

test('it waits before each piece, and an aborted signal ends it as cancelled', async () => {
  vi.useFakeTimers()
  const controller = new AbortController()
  const reading = collect(mockStream('abcdef', { chunkSize: 2, delayMs: 100, signal: controller.signal }))
  await vi.advanceTimersByTimeAsync(150)
  controller.abort()
  expect((await reading).map(({ type }) => type)).toEqual(['started', 'token', 'cancelled'])
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})
