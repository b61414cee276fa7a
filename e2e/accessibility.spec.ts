/** No serious violation in any state a user can meet, in either scheme, wide or narrow. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { type Demo, openDemo, record } from './page.ts'

const states: Readonly<Record<string, (demo: Demo) => Promise<void>>> = {
  idle: async () => {},
  'mid-stream': async (demo) => {
    await demo.ask('How does AgentStream notice a truncated run?')
    await expect(demo.round(2)).toBeVisible({ timeout: 15_000 })
  },
  done: async (demo) => {
    await demo.ask('How many words are in the page unicorn?')
    await expect(demo.answer.getByText('Completed', { exact: true })).toBeVisible({ timeout: 20_000 })
  },
  failed: async (demo) => {
    await demo.ask('How does AgentStream notice a truncated run?', 'the model fails')
    await expect(demo.answer.getByText('The agent failed', { exact: true })).toBeVisible({ timeout: 20_000 })
  },
  'another line': async (demo) => {
    await demo.speak('AG-UI')
    await expect(demo.page.getByRole('status').filter({ hasText: 'a stream that breaks stays broken' })).toBeVisible()
    await demo.page.getByRole('button', { name: /^Speaks AG-UI/ }).click()
    await expect(demo.page.getByRole('combobox', { name: 'in the words of' })).toBeVisible()
  },
  broken: async (demo) => {
    await demo.ask('How does AgentStream notice a truncated run?')
    await expect(demo.round(2)).toBeVisible({ timeout: 15_000 })
    await demo.breakIt('Cut the connection')
    await expect(demo.story).toContainText('Back after', { timeout: 15_000 })
  },
  workflow: async (demo) => {
    await demo.play('16 · DAWP triggered mid loop')
    await expect(demo.answer.getByRole('article', { name: 'Workflow tide-review' })).toContainText('decide', { timeout: 15_000 })
  },
}

for (const [name, reach] of Object.entries(states)) {
  test(`${name}, in light and dark`, async ({ page }) => {
    const demo = await openDemo(page)
    await reach(demo)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${colorScheme}, ${id}: ${nodes.map((node) => node.html).join(' ')}`)).toEqual([])
    }
  })
}

test('the announcements are few: states and an end, not tokens', async ({ page }) => {
  const demo = await openDemo(page)
  const announced = await record(page, '.workspace-frame:not([hidden]) output')
  await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
  await expect(demo.answer.getByText('Completed', { exact: true })).toBeVisible({ timeout: 20_000 })
  await expect.poll(async () => (await announced()).at(-1)).toContain('Completed')
  const said = await announced()
  expect(said.length, said.join('\n')).toBeLessThan(15)
})
