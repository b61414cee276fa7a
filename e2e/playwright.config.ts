import process from 'node:process'
import { defineConfig, devices } from '@playwright/test'
import { findBrowser } from '../scripts/browsers.mjs'

const port = Number(process.env['E2E_PORT'] ?? 5199)
const chromium = findBrowser('chromium')
const firefox = findBrowser('firefox')
const webkit = findBrowser('webkit')
const quiet = ['--disable-background-networking', '--disable-component-update', '--no-first-run', '--disable-gpu']
const executable = (found: typeof chromium) => (found && found.kind !== 'playwright' ? { executablePath: found.path } : {})

const chromiumPage = { ...devices['Desktop Chrome'], launchOptions: { args: quiet, ...executable(chromium) } }

// The stock WebKitGTK of a Linux distribution is driven over WebDriver, by files of their own.
const engines = [
  ...(chromium ? [{ name: 'chromium', testMatch: '*.spec.ts', testIgnore: 'kill.spec.ts', use: chromiumPage }] : []),
  ...(firefox
    ? [
        {
          name: 'firefox',
          testMatch: 'core.spec.ts',
          use: { ...devices['Desktop Firefox'], ...(firefox.channel ? { channel: firefox.channel } : {}), launchOptions: executable(firefox) },
        },
      ]
    : []),
  ...(webkit?.kind === 'playwright' ? [{ name: 'webkit', testMatch: 'core.spec.ts', use: devices['Desktop Safari'] }] : []),
  ...(webkit && webkit.kind !== 'playwright' ? [{ name: 'webkitgtk', testMatch: '*.webkit.ts' }] : []),
]

export default defineConfig({
  testDir: '.',
  fullyParallel: true,
  retries: 0,
  // The demo takes its time, and a page that waits needs no processor.
  workers: 3,
  // A test that hangs should fail; one on a busy machine should not.
  timeout: 90_000,
  expect: { timeout: 40_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list']],
  outputDir: '../test-results',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    // Spinners drawn without a graphics card would cost more than all the rest.
    contextOptions: { reducedMotion: 'reduce' },
    // A trace follows every change of every page, which costs more than the page itself: TRACE=1 keeps one of what fails.
    trace: process.env['TRACE'] ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
  },
  projects: [
    // The development server bundles a page's dependencies when it is first asked for them, and reloads the page once.
    { name: 'warm up', testMatch: 'warm-up.setup.ts', use: { launchOptions: { args: quiet, ...executable(chromium) } } },
    ...engines.map((engine) => ({ ...engine, dependencies: ['warm up'] })),
    // What kills the server's process for everybody waits until everybody is done.
    ...(chromium ? [{ name: 'alone', testMatch: 'kill.spec.ts', use: chromiumPage, dependencies: engines.map(({ name }) => name) }] : []),
  ],
  webServer: {
    command: `node scripts/run.mjs scripts/demo.mjs --still --port ${port}`,
    cwd: '..',
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 2000 },
  },
})
