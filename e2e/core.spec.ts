/** What has to hold in every browser. */
import { expect, test } from '@playwright/test'
import { openDemo, record } from './page.ts'

const turn = 'article.turn'

test('tokens appear as they come', async ({ page }) => {
  const demo = await openDemo(page)
  const states = await record(page, turn)
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await demo.ended('Completed')
  const growing = (await states()).filter((state) => state.includes('That is') && !state.includes('Completed'))
  expect(new Set(growing.map((state) => state.length)).size, 'growing states of one answer').toBeGreaterThanOrEqual(3)
  await expect(demo.answer).toContainText('43.41')
})

test('a tool call is assembled, runs and is done', async ({ page }) => {
  const demo = await openDemo(page)
  const states = await record(page, '.tool-card')
  await demo.ask('Write a report about cancelling')
  await expect(demo.tool('slow_report', 'done')).toBeVisible()
  const seen = await states()
  const order = [/writing arguments[\s\S]*topic: \w/, /running/, /Progress.*[1-9]\d? %/s, /done/].map((pattern) =>
    seen.findIndex((state) => pattern.test(state)),
  )
  expect(order, seen.join('\n\n')).not.toContain(-1)
  expect([...order].sort((a, b) => a - b)).toEqual(order)
})

test('Stop stops the server, too, and the text stays', async ({ page }) => {
  const demo = await openDemo(page)
  const before = await demo.stats()
  await demo.ask('How does AgentStream notice a truncated run?')
  await expect(demo.round(2)).toBeVisible()
  const shown = await demo.answer.getByRole('paragraph').first().textContent()
  await demo.stop()
  await demo.ended('Cancelled')
  await expect(demo.answer).toContainText(shown ?? 'a text')
  await expect.poll(async () => (await demo.stats()).aborted, { message: 'the server reports the model request aborted' }).toBeGreaterThan(before.aborted)
})

test('a cut connection goes on where it stopped, and ends whole', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('How does AgentStream notice a truncated run?', 'cut the connection')
  await demo.ended('Completed')
  await expect(demo.answer).toContainText('Every event arrived, checked against the server’s digest.')
  // What the page tells afterwards: between the connections it may have waited for less than it takes to draw.
  await expect(demo.story).toContainText('Back after')
  await expect(demo.story).toContainText('over 2 connections')
})

test('a run whose rest cannot be had shows as truncated, never as an answer', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('How does AgentStream notice a truncated run?', 'lose the run')
  await demo.ended('Truncated')
  await expect(demo.answer.getByText('Completed', { exact: true })).toHaveCount(0)
  await expect(demo.answer.getByRole('button', { name: /again/i })).toBeVisible()
})

test('a DAWP panel opens, shows its steps and closes', async ({ page }) => {
  const demo = await openDemo(page)
  const states = await record(page, '.dawp')
  await demo.play('16 · DAWP triggered mid loop')
  await demo.ended('Completed')
  const seen = await states()
  const order = [/^tide-review.*running.*No step/, /gather-facts\s*running/, /gather-facts\s*done.*decide\s*running/s, /done · 2 steps/].map((pattern) =>
    seen.findIndex((state) => pattern.test(state)),
  )
  expect(order, seen.join('\n\n')).not.toContain(-1)
  expect([...order].sort((a, b) => a - b)).toEqual(order)
  await expect(demo.answer.getByRole('article', { name: 'Workflow tide-review' }).getByRole('button')).toHaveAttribute('aria-expanded', 'false')
})

test('a page that is loaded again shows the conversation it was in, and goes on with it', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await demo.ended('Completed')
  await page.reload()
  await demo.ended('Completed')
  await demo.ask('What did I ask before?')
  await demo.ended('Completed')
  await expect(demo.answer).toContainText('What is 17.5% of 240 plus sqrt(2)?')
})
