/** The page as people see it, in every state: light, dark and narrow. Pictures are kept with the run; nobody is shut out of any. */
import { expect, test } from '@playwright/test'
import { expectAccessible } from './accessible.ts'
import { type Demo, openDemo, record } from './page.ts'

const question = 'Compute 2^32 / 60 and look up what a cursor is'

const states: Readonly<Record<string, (demo: Demo) => Promise<void>>> = {
  idle: async () => {},
  'mid-stream': async (demo) => {
    await demo.ask(question)
    await expect(demo.round(2)).toBeVisible()
  },
  done: async (demo) => {
    await demo.ask(question)
    await demo.ended('Completed')
  },
  'tool failed': async (demo) => {
    await demo.ask('How many words are in the page unicorn?')
    await demo.ended('Completed')
  },
  failed: async (demo) => {
    await demo.ask(question, 'the model fails')
    await demo.ended('The agent failed')
  },
  cancelled: async (demo) => {
    await demo.ask('Write a report about cancelling')
    await expect(demo.tool('slow_report', 'running')).toBeVisible()
    await demo.stop()
    await demo.ended('Cancelled')
  },
  truncated: async (demo) => {
    await demo.ask(question, 'lose the run')
    await demo.ended('Truncated')
  },
  resumed: async (demo) => {
    await demo.ask(question, 'cut the connection')
    await demo.ended('Completed')
  },
  'loaded again': async (demo) => {
    await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
    await demo.ended('Completed')
    await demo.ask('What did I ask before?')
    await demo.ended('Completed')
    await demo.page.reload()
    await demo.ended('Completed')
    await expect(demo.page.getByRole('article', { name: 'Earlier turn' })).toContainText('43.41')
  },
  broken: async (demo) => {
    await demo.ask(question)
    await expect(demo.round(2)).toBeVisible()
    await demo.breakIt('Repeat events')
    await demo.breakIt('Cut the connection')
    await expect(demo.story).toContainText('Back after')
  },
  workflow: async (demo) => {
    await demo.play('16 · DAWP triggered mid loop')
    await expect(demo.answer.getByRole('article', { name: 'Workflow tide-review' })).toContainText('decide')
  },
  'another line': async (demo) => {
    await demo.speak('AG-UI')
    await expect(demo.page.getByRole('status').filter({ hasText: 'a stream that breaks stays broken' })).toBeVisible()
    await demo.page.getByRole('button', { name: /^Speaks AG-UI/ }).click()
    await expect(demo.page.getByRole('combobox', { name: 'in the words of' })).toBeVisible()
  },
}

const wide = { width: 1280, height: 860 }
const narrow = { width: 360, height: 740 }
const schemes = ['dark', 'light'] as const

const inspectorOf = ({ page }: Demo) => page.getByRole('button', { name: 'Inspector' })

for (const [state, reach] of Object.entries(states)) {
  test(`${state}: light, dark and narrow`, async ({ page }) => {
    await page.setViewportSize(wide)
    const demo = await openDemo(page)
    await reach(demo)
    const picture = (view: string) => page.screenshot({ path: `test-results/pictures/${state.replace(' ', '-')}-${view}.png` })
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    // Pictures first: a page that is looked into for long is in another state by then.
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme })
      await picture(colorScheme)
    }
    const sideways = [await overflow()]
    // Where it would cover the answer it is closed at first.
    if (state !== 'broken') await inspectorOf(demo).click()
    await page.setViewportSize(narrow)
    await picture('narrow')
    sideways.push(await overflow())
    expect(sideways, 'the page never scrolls sideways').toEqual([0, 0])
    await expectAccessible(page, 'narrow')
    await page.setViewportSize(wide)
    if (state !== 'broken') await inspectorOf(demo).click()
    await expectAccessible(page, 'wide')
    // Nothing but the colours is different.
    await page.emulateMedia({ colorScheme: 'dark' })
    await expectAccessible(page, 'dark', ['color-contrast'])
  })
}

test('on a narrow page nothing covers the answer at first', async ({ page }) => {
  await page.setViewportSize(narrow)
  const demo = await openDemo(page)
  await expect(inspectorOf(demo)).toHaveAttribute('aria-pressed', 'false')
  await expectAccessible(page)
})

test('the announcements are few: states and an end, not tokens', async ({ page }) => {
  const demo = await openDemo(page)
  const announced = await record(page, '.workspace-frame:not([hidden]) output')
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await demo.ended('Completed')
  await expect.poll(async () => (await announced()).at(-1)).toContain('Completed')
  const said = await announced()
  expect(said.length, said.join('\n')).toBeLessThan(15)
})
