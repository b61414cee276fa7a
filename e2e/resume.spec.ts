/** What networks and people do to a page that shows an answer, and what they find when they look again. */
import { expect, test } from '@playwright/test'
import { faultProxy } from '../scripts/fault-proxy.mjs'
import { demoOn, openDemo, statsFrom } from './page.ts'

const question = 'Compute 2^32 / 60 and look up what a cursor is'
const verified = 'Every event arrived, checked against the server’s digest.'

/** The demo's server, behind a network that can go away. */
async function network(baseURL = '') {
  const { hostname, port } = new URL(baseURL)
  let isDown = false
  const proxy = await faultProxy({ host: hostname, port: Number(port) }, () => ({ refuse: isDown }))
  return {
    url: proxy.url,
    close: proxy.close,
    goDown() {
      isDown = true
      proxy.drop()
    },
    comeBack() {
      isDown = false
    },
  }
}

test('the Wi-Fi is lost at token 137 and comes back: the answer goes on there, whole', async ({ page, baseURL }) => {
  const wifi = await network(baseURL)
  const demo = await openDemo(page, wifi.url)
  await demo.ask(question)
  await demo.streamed(137)
  wifi.goDown()
  await expect(demo.answer.getByText('Reconnecting', { exact: true })).toBeVisible()
  await expect(demo.answer.getByText(/^The connection broke\. Attempt [2-9]/)).toBeVisible()
  const shown = await demo.answer.getByRole('paragraph').first().textContent()
  wifi.comeBack()
  await demo.ended('Completed')
  await expect(demo.answer).toContainText(verified)
  await expect(demo.answer.getByRole('paragraph').first()).toHaveText(shown ?? 'a text')
  await expect(demo.answer).toContainText('Two tool calls, one answer.')
  await wifi.close()
})

test('L14: a page that goes offline waits, and goes on when it is online', async ({ page, baseURL, context }) => {
  const wifi = await network(baseURL)
  const demo = await openDemo(page, wifi.url)
  await demo.ask(question)
  await demo.streamed(60)
  await context.setOffline(true)
  wifi.goDown()
  await expect(demo.answer.getByText('Reconnecting', { exact: true })).toBeVisible()
  wifi.comeBack()
  await context.setOffline(false)
  await demo.ended('Completed')
  await expect(demo.answer).toContainText(verified)
  await wifi.close()
})

test('L17: a page that is loaded anew goes on with its answer, and calls nothing twice', async ({ page, request }) => {
  const demo = await openDemo(page)
  await demo.ask(question)
  await demo.streamed(60)
  const before = await statsFrom(request)
  await page.reload()
  await expect(demo.answer).toContainText(question)
  await demo.ended('Completed')
  await expect(demo.answer).toContainText(verified)
  await expect(demo.answer).toContainText('Two tool calls, one answer.')
  await expect(demo.answer.getByRole('article', { name: /^Tool call/ })).toHaveCount(2)
  expect(before.running).toBeGreaterThan(0)
})

test('L18 S2: two tabs show one run, and Stop in one of them stops it in both, and on the server', async ({ page, request }) => {
  const one = await openDemo(page)
  await one.ask(question)
  await one.streamed(20)
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Follow this run in another tab' }).click()
  const other = demoOn(await opened)
  await other.streamed(60)
  expect((await one.words()).slice(0, 100)).toBe((await other.words()).slice(0, 100))
  const { aborted } = await one.stats()
  await other.stop()
  await one.ended('Cancelled')
  await other.ended('Cancelled')
  expect(await one.words()).toBe(await other.words())
  await expect.poll(async () => (await statsFrom(request)).aborted).toBeGreaterThan(aborted)
})

test('L18: two tabs show the same end', async ({ page }) => {
  const one = await openDemo(page)
  await one.ask('What is 17.5% of 240 plus sqrt(2)?')
  await one.streamed(10)
  const opened = page.waitForEvent('popup')
  await page.getByRole('link', { name: 'Follow this run in another tab' }).click()
  const other = demoOn(await opened)
  await Promise.all([one, other].map((demo) => demo.ended('Completed')))
  for (const demo of [one, other]) await expect(demo.answer).toContainText(verified)
  expect(await one.words()).toBe(await other.words())
})

test('a proxy that holds the stream back is told from a slow agent', async ({ page }) => {
  await page.route('**/api/agents/assistant/runs', async (route) => route.fulfill({ response: await route.fetch() }))
  const demo = await openDemo(page)
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await demo.ended('Completed')
  await expect(demo.answer).toContainText(verified)
  await expect(demo.story).toContainText('Something between the server and this page holds events back')
})
