import { defineConfig } from 'vitest/config'

// One file for the demo's dev server and for the tests. Packages resolve to their sources, so nothing has to be built first.
const conditions = ['agentstream-source', 'module', 'browser', 'development|production']

export default defineConfig({
  root: 'apps/demo',
  resolve: { conditions },
  ssr: { resolve: { conditions: ['agentstream-source', 'module', 'node', 'development|production'] }, noExternal: [/^@agentstream\//] },
  test: {
    root: '.',
    api: { host: '127.0.0.1' },
    projects: [
      {
        extends: true,
        ssr: { resolve: { conditions: ['agentstream-source', 'node', 'module'] } },
        test: {
          name: 'node',
          root: '.',
          include: ['packages/**/*.test.ts'],
          exclude: ['**/*.browser.test.*', '**/node_modules/**', '**/dist/**'],
          environment: 'node',
        },
      },
    ],
  },
})
