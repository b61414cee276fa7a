/** The server's process dies while an answer streams. It takes every answer with it, so these run when nothing else does. */
import { expect, test } from '@playwright/test'
import { openDemo } from './page.ts'

test('another process goes on with the run and the conversation, and no tool runs twice', async ({ page, context }) => {
  const question = 'What is 17.5% of 240 plus sqrt(2)?'
  const demo = await openDemo(page)
  await demo.ask(question)
  await expect(demo.tool('calculator', 'done')).toBeVisible()
  await demo.streamed(20)
  await demo.breakIt('Kill the process')
  await demo.ended('Completed')
  await expect(demo.answer).toContainText('Every event arrived, checked against the server’s digest.')
  await expect(demo.answer).toContainText(/1 tool call · 1 restart/)
  await expect(demo.tool('calculator')).toHaveCount(1)
  await expect(demo.story).toContainText('You killed the server’s process.')
  await expect(demo.story).toContainText('Another process took the run up. Its unfinished round begins again; no tool is called twice.')
  const said = await demo.words()
  await demo.ask('What did I ask before?')
  await expect(demo.answer).toContainText('17.5% of 240')
  const undisturbed = await openDemo(await context.newPage())
  await undisturbed.ask(question)
  await undisturbed.ended('Completed')
  expect(said).toBe(await undisturbed.words())
})
