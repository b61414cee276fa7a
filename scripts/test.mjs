// The one test command. Runs every step, goes on after a failing one, and ends with one line: `N passed, N failed`.
// `npm test -- types lint` runs only the steps whose names contain one of the words.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { findBrowser } from './browsers.mjs'
import { bunTest, check, denoTest, filesUnder, nodeTest, playwright, skip, vitest } from './steps.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
process.env['PATH'] = [join(process.cwd(), 'node_modules/.bin'), process.env['PATH']].join(delimiter)

const reports = mkdtempSync(join(tmpdir(), 'agentstream-test-'))
process.on('exit', () => rmSync(reports, { recursive: true, force: true }))
const installed = join(reports, 'installed')
const packages = ['client', 'react', 'edge'].map((name) => `packages/${name}`).filter((folder) => existsSync(`${folder}/src/index.ts`))

/** The same tests in a real browser, or how many files of them this machine cannot run. @param {'chromium' | 'firefox'} engine */
function browserTests(engine) {
  const files = ['packages', 'apps'].flatMap((folder) => filesUnder(folder, /\.(browser|universal)\.test\.tsx?$/))
  if (files.length === 0) return []
  const name = `unit tests in ${engine}`
  if (!findBrowser(engine)) return [skip(name, files.length, `no ${engine} here for ${files.length} test files`)]
  return [vitest(name, 'browser', join(reports, `${engine}.json`), { VITEST_BROWSER: engine })]
}

/** Playwright drives what it finds; without any browser there is nothing to drive. */
function endToEnd() {
  if (!existsSync('e2e/playwright.config.ts')) return []
  if (findBrowser('chromium') || findBrowser('firefox')) return [playwright('end to end', 'e2e/playwright.config.ts', join(reports, 'e2e.json'))]
  const files = filesUnder('e2e', /\.spec\.ts$/)
  return [skip('end to end', files.length, `no browser here for ${files.length} files`)]
}

const build = check('types, and the packages built', ['tsc', '-b'])
const steps = [
  check('lockfile', ['node', 'scripts/check-lock.mjs']),
  build,
  check('lint and format', ['biome', 'check']),
  vitest('unit tests in Node', 'node', join(reports, 'node.json')),
  ...browserTests('chromium'),
  ...browserTests('firefox'),
  check('runtimes: packages as installed', ['node', 'scripts/install-packed.mjs', installed, 'e2e/runtimes', 'packages/client', 'packages/edge']),
  nodeTest('runtimes: Node', 'e2e/runtimes/node.test.ts', installed),
  nodeTest('runtimes: workerd', 'e2e/runtimes/workerd.test.ts', installed),
  nodeTest('deployed: Node with SQLite', 'e2e/runtimes/deploy-node.test.ts', installed),
  nodeTest('deployed: workerd with Durable Objects', 'e2e/runtimes/deploy-workerd.test.ts', installed),
  nodeTest('deployed: Deno with KV', 'e2e/runtimes/deploy-deno.test.ts', installed),
  denoTest('runtimes: Deno', 'e2e/runtimes/deno.test.ts', installed),
  bunTest('runtimes: Bun', 'e2e/runtimes/bun.test.ts', installed),
  ...packages.flatMap((folder) => [
    check(`publint ${folder}`, ['publint', '--strict', folder]),
    check(`types as published ${folder}`, ['attw', '--pack', folder, '--profile', 'esm-only']),
  ]),
  check('types on Node, without those of a page', ['tsc', '-p', 'e2e/types']),
  ...(existsSync('apps/demo/index.html') ? [check('demo build', ['vite', 'build', '--logLevel', 'warn'])] : []),
  ...endToEnd(),
]

const words = process.argv.slice(2)
// Most steps need what the build makes, and it costs nothing when nothing changed.
const chosen = words.length > 0 ? steps.filter((step) => step === build || words.some((word) => step.name.includes(word))) : steps
const total = { passed: 0, failed: 0, skipped: 0 }
const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`
const start = performance.now()
const lines = []
for (const step of chosen) {
  console.log(`\n── ${step.name} ──`)
  const began = performance.now()
  const { passed, failed, skipped } = await step.run()
  const mark = failed > 0 ? '✗' : passed > 0 ? '✓' : '–'
  lines.push(`${mark} ${step.name}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''} (${seconds(began)})`)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
}

console.log(`\n── summary (${seconds(start)}) ──\n${lines.join('\n')}\n`)
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 || chosen.length === 0 ? 1 : 0
