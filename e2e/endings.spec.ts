/** How a run ends is told, with what the user can do; nothing is lost and nothing is claimed. */
import { expect, test } from '@playwright/test'
import { openDemo, statsFrom } from './page.ts'

const question = 'How does AgentStream notice a truncated run?'

test('a run that is lost midway shows as truncated, with its text and a way on', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(question, 'lose the run')
  await demo.ended('Truncated')
  await expect(demo.answer).toContainText('search_docs')
  await demo.answer.getByRole('button', { name: /again/i }).click()
  await demo.ended('Completed')
})

test('a model that fails shows as failed, with what it had said', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(question, 'the model fails')
  await demo.ended('The agent failed')
  await expect(demo.answer).toContainText('The demo asked the model to break down here')
  await expect(demo.answer.getByRole('button', { name: /again/i })).toBeVisible()
})

test('N29: a server in trouble is tried four times, and then told', async ({ page }) => {
  const starts: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') starts.push(request.postDataJSON().run_id)
  })
  const demo = await openDemo(page)
  await demo.ask(question, 'server answers 500')
  await demo.ended('The server answered 500')
  expect(starts).toHaveLength(4)
  expect(new Set(starts).size, 'one run, however often it is tried').toBe(1)
})

test('a tool that fails does not end the run', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('How many words are in the page unicorn?')
  await expect(demo.tool('word_count', 'failed')).toBeVisible()
  await demo.ended('Completed')
})

test('Escape stops, and the focus stays where one types', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('Write a report about cancelling')
  await expect(demo.tool('slow_report')).toBeVisible()
  await page.keyboard.press('Escape')
  await demo.ended('Cancelled')
  await expect(page.getByRole('textbox', { name: 'Your question' })).toBeFocused()
})

test('L11: StrictMode starts one run', async ({ page }) => {
  let starts = 0
  page.on('request', (request) => {
    if (request.method() === 'POST') starts++
  })
  const demo = await openDemo(page)
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await demo.ended('Completed')
  expect(starts).toBe(1)
})

test('L10: leaving the page stops the model', async ({ page, request }) => {
  const demo = await openDemo(page)
  const before = await demo.stats()
  await demo.ask('Write a report about cancelling')
  await expect(demo.tool('slow_report')).toBeVisible()
  await page.goto('about:blank')
  // A page that is loaded anew gets five seconds to come back.
  await expect.poll(async () => (await statsFrom(request)).running).toBeLessThanOrEqual(before.running)
})
