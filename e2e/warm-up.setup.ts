import { expect, test } from '@playwright/test'

test('the demo has its dependencies', async ({ page }) => {
  await page.goto('/')
  await page.waitForLoadState('networkidle')
  await page.goto('/')
  await expect(page.getByRole('form', { name: 'Ask the agent' })).toBeVisible()
})
