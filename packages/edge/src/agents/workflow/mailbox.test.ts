import { expect, test } from 'vitest'
import { createMailbox } from './mailbox.ts'

test('things come out in the order they went in, and who sent them learns it', async () => {
  const mailbox = createMailbox<number>()
  const taken: string[] = []
  mailbox.put(1, () => taken.push('put'))
  const sent = mailbox.send(2).then(() => taken.push('sent'))
  expect(mailbox.isWaiting()).toBe(true)
  expect(taken).toEqual([])
  expect(await mailbox.take()).toEqual([1, 2])
  await sent
  expect(taken).toEqual(['put', 'sent'])
  expect(mailbox.isWaiting()).toBe(false)
})

test('taking waits for something', async () => {
  const mailbox = createMailbox<number>()
  const next = mailbox.take()
  mailbox.put(1)
  expect(await next).toEqual([1])
})

test('once closed, nobody who sends waits', async () => {
  const mailbox = createMailbox<number>()
  const before = mailbox.send(1)
  mailbox.close()
  await before
  await mailbox.send(2)
  expect(mailbox.isWaiting()).toBe(false)
})
