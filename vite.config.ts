import { availableParallelism } from 'node:os'
import react from '@vitejs/plugin-react'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { demoServer } from './apps/demo/server/vite-plugin.ts'
import { findBrowser } from './scripts/browsers.mjs'
import { servedPages } from './scripts/served-pages.ts'

// One file for the demo (its root) and for the tests. Workspace packages resolve to their sources, so nothing has to be built first.
const source = 'agentstream-source'
const everywhere = ['{packages,apps}/**/*.universal.test.ts']
const onlyInBrowsers = ['{packages,apps}/**/*.browser.test.{ts,tsx}']
const never = ['**/node_modules/**', '**/dist/**']
// What browser tests import from node_modules. A package found only while the tests run would reload the page under them.
const prebundled = [
  ...['react', 'react/jsx-runtime', 'react/jsx-dev-runtime', 'react-dom', 'react-dom/client'],
  ...['@tanstack/react-query', '@testing-library/react', '@testing-library/dom', 'fast-check'],
  ...['eventsource-parser', 'zod', 'zod/v4/core'],
  ...['@a2a-js/sdk', '@a2a-js/sdk/client', '@ag-ui/client', '@ai-sdk/react', 'ai', 'hono', 'hono/cors', 'hono/body-limit', 'yaml'],
]

/** The engine asked for by VITEST_BROWSER (default Chromium), or nothing when this machine has none. One engine per run: coverage refuses a mix. */
function browserProject(): TestProjectConfiguration[] {
  const engine = process.env['VITEST_BROWSER'] === 'firefox' ? 'firefox' : 'chromium'
  const found = findBrowser(engine)
  if (!found) return []
  const quiet = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  const launchOptions = {
    ...(engine === 'chromium' ? { args: quiet } : {}),
    ...(found.kind === 'playwright' ? {} : { executablePath: found.path, ...(found.channel ? { channel: found.channel } : {}) }),
  }
  return [
    {
      extends: true,
      optimizeDeps: { include: prebundled },
      test: {
        name: 'browser',
        include: [...everywhere, ...onlyInBrowsers],
        exclude: never,
        browser: {
          enabled: true,
          headless: true,
          screenshotFailures: false,
          provider: playwright({ launchOptions }),
          instances: [{ browser: engine }],
          commands: servedPages,
        },
      },
    },
  ]
}

export default defineConfig({
  root: 'apps/demo',
  // Named, because a search for it would follow every project reference.
  tsconfig: new URL('tsconfig.base.json', import.meta.url).pathname,
  // Tests that need the demo's server start it themselves.
  plugins: [react(), ...(process.env['VITEST'] ? [] : [demoServer()])],
  resolve: { conditions: [source, 'module', 'browser', 'development|production'] },
  ssr: { resolve: { conditions: [source, 'module', 'node', 'development|production'] }, noExternal: [/^@agentstream\//] },
  test: {
    root: '.',
    api: { host: '127.0.0.1' },
    setupFiles: [new URL('scripts/fixed-seed.mjs', import.meta.url).pathname],
    // One processor is left to others, and on a machine with two that would be every second one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A test that hangs should fail; one on a busy machine should not.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**'], reporter: ['text-summary', 'lcov'] },
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['{packages,apps,bench}/**/*.test.{ts,tsx}'], exclude: [...never, ...onlyInBrowsers], environment: 'node' },
      },
      ...browserProject(),
    ],
  },
})
