/** A page that its reader leaves and comes back to, in a browser that kept it as it was. */
import { expect, test } from '@playwright/test'
import { openDemo } from './page.ts'

test('L13: a page that comes back out of the browser’s memory goes on with its answer, and asks nothing twice', async ({
  playwright,
  launchOptions,
  baseURL,
}) => {
  // Playwright keeps browsers from keeping pages, unless it is told.
  const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  const page = await browser.newPage({ baseURL: baseURL ?? '' })
  const demo = await openDemo(page)
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.method()))
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await demo.streamed(10)
  await page.evaluate(() => addEventListener('pageshow', ({ persisted }) => document.documentElement.setAttribute('data-was-kept', String(persisted))))
  await page.goto('/api/demo/stats')
  await page.goBack({ waitUntil: 'commit' })
  await expect(page.locator('html')).toHaveAttribute('data-was-kept', 'true')
  await demo.ended('Completed')
  await expect(demo.answer).toContainText('Every event arrived, checked against the server’s digest.')
  await expect(demo.answer).toContainText('43.41')
  expect(asked.filter((method) => method === 'POST')).toHaveLength(1)
  await browser.close()
})
