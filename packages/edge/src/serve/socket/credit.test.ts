import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCredit } from './credit.ts'

test('never more than a window and one message is sent beyond what was read, and reading always frees the rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), async (window, lengths) => {
      const credit = createCredit(window)
      let sent = 0
      let read = 0
      for (const length of lengths) {
        const available = credit.available()
        if (credit.isSpent()) {
          expect(sent - read).toBeGreaterThanOrEqual(window)
          read = sent
          credit.acknowledge(read)
        }
        await available
        expect(sent - read).toBeLessThan(window)
        credit.spend(length)
        sent += length
      }
    }),
  )
})

test('what was never sent cannot be read, and reading never goes back', async () => {
  const credit = createCredit(10)
  credit.acknowledge(1_000_000)
  credit.spend(10)
  expect(credit.isSpent()).toBe(true)
  credit.acknowledge(5)
  credit.acknowledge(0)
  expect(credit.isSpent()).toBe(false)
  credit.spend(5)
  expect(credit.isSpent()).toBe(true)
})

test('nobody waits for a client that has left', async () => {
  const credit = createCredit(1)
  credit.spend(1)
  const waiting = credit.available()
  credit.release()
  await waiting
  expect(credit.isSpent()).toBe(false)
})

test('a window is never larger than a mebi, whatever a client asks for', () => {
  const credit = createCredit(2 ** 40)
  credit.spend(1024 * 1024)
  expect(credit.isSpent()).toBe(true)
})
