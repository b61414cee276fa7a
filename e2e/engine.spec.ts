/** The engine itself, seen from the page: real documents, branches at once, and a tool that asks first. */
import { expect, type Page, test } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { openDemo, record } from './page.ts'

const picture = (page: Page, name: string) => page.screenshot({ path: `test-results/pictures/engine-${name}-light.png` })

function expectOrder(states: readonly string[], patterns: readonly RegExp[]): void {
  const order = patterns.map((pattern) => states.findIndex((state) => pattern.test(state)))
  expect(order, states.join('\n\n')).not.toContain(-1)
  expect([...order].sort((a, b) => a - b)).toEqual(order)
}

const runs = {
  'before the main loop': ['What is a cursor?', 'brief', 'look-it-up', 'pick-what-counts', '2 steps'],
  'triggered by the response': ['Draft an answer about cancelling and have it reviewed', 'review', 'check-the-draft', 'decide', '2 steps'],
  'started by the agent': ['What is 17.5% of 240?', 'calculation', 'work-it-out', 'compare', '3 steps'],
} as const

for (const [placement, [question, workflow, first, last, count]] of Object.entries(runs)) {
  test(`a DAWP run ${placement} opens, leads through its steps and closes`, async ({ page }) => {
    const demo = await openDemo(page)
    await demo.choose('DAWP')
    const states = await record(page, '.dawp')
    await demo.ask(question)
    const panel = demo.answer.getByRole('article', { name: `Workflow ${workflow}` })
    await expect(panel.getByRole('article', { name: /^Tool call .*: done/ }).first()).toBeVisible()
    await picture(page, `dawp-${workflow}`)
    await demo.ended('Completed')
    await expect(panel).toContainText(placement)
    expectOrder(await states(), [
      new RegExp(`^${workflow}[\\s\\S]*running`),
      new RegExp(`${first}\\s*running`),
      new RegExp(`${first}\\s*done[\\s\\S]*${last}\\s*running`),
      new RegExp(`done · ${count}`),
    ])
    await expect(panel.getByRole('button').first()).toHaveAttribute('aria-expanded', 'false')
    await expectAccessible(page)
  })
}

test('two branches of a workflow run at once, and the last step joins them', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.choose('Workflow')
  await demo.ask('How does cancelling work?')
  await expect(demo.answer.getByText('2 branches in parallel')).toBeVisible()
  const states = await record(page, '.workflow')
  await expect(demo.tool('read_sources', 'running')).toBeVisible()
  await picture(page, 'workflow')
  await expectAccessible(page)
  await demo.ended('Completed')
  await expect(demo.step('summary', 'done')).toBeVisible()
  await expect(demo.answer.getByRole('heading', { name: 'The sources say' })).toBeVisible()
  expectOrder(await states(), [/guides[\s\S]*running[\s\S]*sources[\s\S]*running[\s\S]*summary[\s\S]*waiting/, /summary\s*Joins both\s*done/])
})

test('an approved tool runs, and the run goes on to its end', async ({ page }) => {
  const demo = await openDemo(page)
  const announced = await record(page, '.workspace-frame:not([hidden]) output')
  await demo.ask('Leave a note to Ada: the tide is high at noon')
  const card = demo.approval('send_note')
  await expect(card.getByRole('button', { name: 'Approve' })).toBeVisible()
  await expect(card).toContainText('to: Ada')
  await expect(card).toContainText(/denied in [12]:\d\d/)
  await expect(demo.answer.getByText('Waiting for you', { exact: true })).toBeVisible()
  await expect.poll(announced).toContainEqual(expect.stringContaining('asks whether it may use send_note'))
  await picture(page, 'approval')
  await expectAccessible(page)
  await card.getByRole('button', { name: 'Approve' }).focus()
  await page.keyboard.press('Enter')
  await expect(card.getByRole('heading')).toBeFocused()
  await demo.ended('Completed')
  await expect(demo.tool('send_note', 'done')).toBeVisible()
  await expect(card).toContainText('approved')
  await expect(demo.answer.getByRole('heading', { name: 'The note is with Ada' })).toBeVisible()
  await expectAccessible(page)
})

test('a denied tool does not run, and nothing says that it did', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('Leave a note to Ada: the tide is high at noon')
  await demo.approval('send_note').getByRole('button', { name: 'Deny' }).click()
  await demo.ended('Completed')
  await expect(demo.tool('send_note', 'denied')).toBeVisible()
  await expect(demo.approval('send_note')).toContainText('The tool did not run')
  await expect(demo.answer.getByRole('heading', { name: 'The note was not sent' })).toBeVisible()
  await expectAccessible(page)
})

test('a second question finds the first one remembered by the server', async ({ page }) => {
  const demo = await openDemo(page)
  await demo.ask('What is 6 * 7?')
  await demo.ended('Completed')
  await demo.ask('What did I ask before?')
  await expect(demo.answer.getByRole('listitem').filter({ hasText: 'What is 6 * 7?' })).toBeVisible()
})

test('with the local model alone there is nothing to pick; with more, the choice names an agent', async ({ page }) => {
  const demo = await openDemo(page)
  await expect(page.getByRole('combobox', { name: 'Break on purpose' })).toBeVisible()
  await expect(page.getByRole('combobox', { name: 'Model' })).toHaveCount(0)
  await page.route('**/api/demo/providers', (route) =>
    route.fulfill({
      json: [
        { agent: 'assistant', name: 'OpenAI', model: 'gpt' },
        { agent: 'assistant-local', name: 'Local rules', model: 'rules' },
      ],
    }),
  )
  await page.reload()
  await page.getByRole('combobox', { name: 'Model' }).selectOption('assistant-local')
  const started = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/agents/assistant-local/runs'))
  await demo.ask('What is 6 * 7?')
  expect(Object.keys((await started).postDataJSON())).not.toContain('provider')
  await demo.ended('Completed')
})

test('four agents fit a narrow page', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  const demo = await openDemo(page)
  await demo.choose('Workflow')
  await demo.ask('How does cancelling work?')
  await expect(demo.answer.getByText('2 branches in parallel')).toBeVisible()
  await page.screenshot({ path: 'test-results/pictures/engine-workflow-narrow.png' })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(overflow, 'the page never scrolls sideways').toBeLessThanOrEqual(0)
})
