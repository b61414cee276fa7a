/** A conversation outlives its page: what was said is shown again, an answer that was on its way goes on, and a new one forgets the old. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { openDemo } from './page.ts'

const first = 'What is 17.5% of 240 plus sqrt(2)?'
const second = 'Compute 2^32 / 60 and look up what a cursor is'
const verified = 'Every event arrived, checked against the server’s digest.'

const questions = (page: Page) => page.locator('.workspace-frame:not([hidden]) .question')
const expectQuestions = (page: Page, ...asked: readonly string[]) =>
  expect(questions(page)).toHaveText(asked.map((question) => new RegExp(`${question.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)))
const earlier = (page: Page) => page.getByRole('article', { name: 'Earlier turn' })

/** As somebody comes back who types the page's address. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate(`history.replaceState(null, '', '/')`)
  await page.reload()
}

test('L17: what was said is shown again, each turn once, however often the page is loaded', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await demo.ask('How many words are in the page unicorn?')
  await demo.ended('Completed')
  for (const _ of ['once', 'twice']) {
    await page.reload()
    await expectQuestions(page, first, 'How many words are in the page unicorn?')
    await demo.ended('Completed')
    await expect(demo.answer).toContainText(verified)
    await expect(earlier(page)).toHaveCount(1)
  }
  await comeBack(page)
  await expect(earlier(page)).toHaveCount(2)
  await expectQuestions(page, first, 'How many words are in the page unicorn?')
  await expect(earlier(page).first()).toContainText('43.41')
  await expect(earlier(page).first().getByRole('article', { name: 'Earlier tool call calculator' })).toContainText('answered')
  await expectAccessible(page)
})

test('L17: an answer that was on its way goes on below what was said, though no address names it', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await demo.ask(second)
  await demo.streamed(60)
  await comeBack(page)
  await expectQuestions(page, first, second)
  await demo.ended('Completed')
  await expect(demo.answer).toContainText(verified)
  await expect(demo.answer).toContainText('Two tool calls, one answer.')
  await expect(demo.answer.getByRole('article', { name: /^Tool call/ })).toHaveCount(2)
  await expectQuestions(page, first, second)
})

test('a question that was asked again and stopped: what was answered before stays, and so does what was stopped', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await demo.ask(first)
  await demo.streamed(20)
  await demo.stop()
  await demo.ended('Cancelled')
  await page.reload()
  await demo.ended('Cancelled')
  await expect(earlier(page)).toHaveCount(1)
  await expect(earlier(page)).toContainText('43.41')
  await comeBack(page)
  await expect(earlier(page)).toHaveCount(1)
  await expectQuestions(page, first)
})

test('a run that the server has no longer, and a conversation that it has: the turn is shown once', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await page.evaluate(`history.replaceState(null, '', location.hash.replace(/\\/[^?]+/, '/a-run-of-long-ago'))`)
  await page.reload()
  await expect(earlier(page)).toContainText('43.41')
  await expect(demo.answer).toHaveCount(0)
  await expectQuestions(page, first)
})

test('a server that cannot be told to forget: the page says so, and begins anew all the same', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await page.route('**/sessions/*', (route) => route.fulfill({ status: 500 }))
  await page.getByRole('button', { name: 'New conversation' }).click()
  await expect(questions(page)).toHaveCount(0)
  await expect(page.getByText('The server could not be told to forget the conversation before this one.')).toBeVisible()
})

test('a new conversation begins with nothing, here and on the server', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await page.reload()
  await demo.ended('Completed')
  const forgotten = page.waitForResponse((response) => response.request().method() === 'DELETE' && response.url().includes('/sessions/'))
  await page.getByRole('button', { name: 'New conversation' }).click()
  const { url, status } = await forgotten.then((response) => ({ url: response.url(), status: response.status() }))
  expect(status).toBe(204)
  await expect(questions(page)).toHaveCount(0)
  await expect(page.getByRole('heading', { name: 'Watch an agent work' })).toBeVisible()
  expect(await (await page.request.get(url)).json()).toMatchObject({ messages: [] })
  await page.reload()
  await expect(questions(page)).toHaveCount(0)
  await demo.ask('What did I ask before?')
  await demo.ended('Completed')
  await expect(demo.answer).not.toContainText(first)
  await page.reload()
  await expectQuestions(page, 'What did I ask before?')
})

test('each agent has its own conversation, and recordings have none', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask(first)
  await demo.ended('Completed')
  await demo.choose('DAWP')
  await demo.ask('What is 17.5% of 240?')
  await demo.ended('Completed')
  await comeBack(page)
  await expectQuestions(page, first)
  await demo.choose('DAWP')
  await expectQuestions(page, 'What is 17.5% of 240?')
  await expect(earlier(page), 'prompts of the document are nobody’s to read').not.toContainText(/DAWP prompt|Go on with the task/)
  await demo.play('16 · DAWP triggered mid loop')
  await comeBack(page)
  await demo.choose('Recordings')
  await expect(questions(page)).toHaveCount(0)
})
