/** The page as people see it, kept with the run: light, dark and narrow, in every state. */
import { expect, test } from '@playwright/test'
import { type Demo, openDemo } from './page.ts'

const question = 'Compute 2^32 / 60 and look up what a cursor is'
const ended = (demo: Demo, name: string) => expect(demo.answer.getByText(name, { exact: true })).toBeVisible({ timeout: 30_000 })

const states: Readonly<Record<string, (demo: Demo) => Promise<void>>> = {
  idle: async () => {},
  'mid-stream': async (demo) => {
    await demo.ask(question)
    await expect(demo.round(2)).toBeVisible({ timeout: 15_000 })
  },
  done: async (demo) => {
    await demo.ask(question)
    await ended(demo, 'Completed')
  },
  failed: async (demo) => {
    await demo.ask(question, 'the model fails')
    await ended(demo, 'The agent failed')
  },
  cancelled: async (demo) => {
    await demo.ask('Write a report about cancelling')
    await expect(demo.tool('slow_report', 'running')).toBeVisible({ timeout: 15_000 })
    await demo.stop()
    await ended(demo, 'Cancelled')
  },
  truncated: async (demo) => {
    await demo.ask(question, 'lose the run')
    await ended(demo, 'Truncated')
  },
  resumed: async (demo) => {
    await demo.ask(question, 'cut the connection')
    await ended(demo, 'Completed')
  },
  broken: async (demo) => {
    await demo.ask(question)
    await expect(demo.round(2)).toBeVisible({ timeout: 15_000 })
    // Where it would cover the answer it is closed at first.
    const inspector = demo.page.getByRole('button', { name: 'Inspector' })
    if ((await inspector.getAttribute('aria-pressed')) === 'false') await inspector.click()
    await demo.breakIt('Repeat events')
    await demo.breakIt('Cut the connection')
    await expect(demo.story).toContainText('Back after', { timeout: 15_000 })
  },
  workflow: async (demo) => {
    await demo.play('16 · DAWP triggered mid loop')
    await expect(demo.answer.getByRole('article', { name: 'Workflow tide-review' })).toContainText('decide', { timeout: 15_000 })
  },
}

const views = {
  wide: { width: 1280, height: 860, schemes: ['light', 'dark'] },
  narrow: { width: 360, height: 740, schemes: ['light'] },
} as const

for (const [view, { width, height, schemes }] of Object.entries(views)) {
  for (const [state, reach] of Object.entries(states)) {
    test(`${state}, ${view}`, async ({ page }) => {
      await page.setViewportSize({ width, height })
      const demo = await openDemo(page)
      await reach(demo)
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme })
        await page.screenshot({ path: `test-results/pictures/${state}-${view === 'wide' ? colorScheme : view}.png` })
      }
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(overflow, 'the page never scrolls sideways').toBeLessThanOrEqual(0)
    })
  }
}
