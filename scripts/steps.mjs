// The kinds of steps `npm test` is made of. Each runs a tool, shows what it says, and counts what passed from what it reports.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'
import { findBun } from './bun.mjs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */
/** @typedef {{ name: string, run: () => Promise<Count> }} Step */

/** No step may hold up the others for ever. */
const stepTimeoutMs = 540_000

/** @typedef {{ env?: Record<string, string>, cwd?: string, show?: boolean }} RunOptions `show` prints while the tool works */

/** @param {string[]} command @param {RunOptions} [options] @returns {Promise<{ ok: boolean, output: string }>} */
function run([tool = '', ...args], { env = {}, cwd = '.', show = true } = {}) {
  return new Promise((done) => {
    // A group of its own: browsers and servers that a tool started end with it.
    const child = spawn(tool, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    const ask = () => signalGroup(child.pid, 'SIGINT')
    const kill = () => signalGroup(child.pid, 'SIGKILL')
    const timer = setTimeout(() => {
      console.error(`${tool} took longer than ${stepTimeoutMs / 1000} s`)
      ask()
      setTimeout(kill, 10_000).unref()
    }, stepTimeoutMs)
    process.on('exit', ask)
    let output = ''
    for (const [from, to] of /** @type {const} */ ([
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])) {
      from.setEncoding('utf8').on('data', (text) => {
        output += text
        if (show) to.write(text)
      })
    }
    child.on('error', (error) => console.error(error.message))
    child.on('exit', kill)
    child.on('close', (code) => {
      clearTimeout(timer)
      process.off('exit', ask)
      done({ ok: code === 0, output: stripVTControlCharacters(output) })
    })
  })
}

/** @param {number | undefined} pid of its first process @param {'SIGINT' | 'SIGKILL'} signal */
function signalGroup(pid, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // Nothing of it is left.
  }
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => process.exit(1))

/** A tool that says yes or no; a yes needs no words. @param {string} name @param {string[]} command @returns {Step} */
export function check(name, command) {
  return {
    name,
    async run() {
      const { ok, output } = await run(command, { show: false })
      if (!ok) console.log(output)
      return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
    },
  }
}

/**
 * A test runner, which also counts. Failing without a failed test (a file that does not load, an error outside every test, no
 * report at all) is a failure too: never less than one.
 * @param {string} name @param {string[]} command @param {(output: string) => Count | undefined} count @param {RunOptions} [options]
 * @returns {Step}
 */
function suite(name, command, count, options = {}) {
  return {
    name,
    async run() {
      const { ok, output } = await run(command, options)
      const { passed, failed, skipped } = count(output) ?? { passed: 0, failed: 0, skipped: 0 }
      const nothingRan = passed + failed + skipped === 0
      return { passed, failed: failed === 0 && (!ok || nothingRan) ? 1 : failed, skipped }
    },
  }
}

/** What cannot run on this machine, said and counted. @param {string} name @param {number} skipped @param {string} reason @returns {Step} */
export function skip(name, skipped, reason) {
  return {
    name,
    async run() {
      console.log(`skipped: ${reason}`)
      return { passed: 0, failed: 0, skipped }
    },
  }
}

/** @param {string} path */
const json = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined)

/** @param {string} name @param {string} project @param {string} report where its JSON goes @param {Record<string, string>} [env] */
export function vitest(name, project, report, env = {}) {
  const command = ['vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const count = () => {
    const result = json(report)
    if (!result) return undefined
    /** @type {{ status: string, assertionResults: unknown[] }[]} */
    const files = result.testResults
    const unloadable = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
    return { passed: result.numPassedTests, failed: result.numFailedTests + unloadable, skipped: result.numPendingTests + result.numTodoTests }
  }
  return suite(name, command, count, { env })
}

/** @param {string} name @param {string} config @param {string} report */
export function playwright(name, config, report) {
  const count = () => {
    const stats = json(report)?.stats
    return stats && { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }
  }
  return suite(name, ['playwright', 'test', '--config', config, '--reporter=list,json'], count, { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report } })
}

/** Node's own runner. @param {string} name @param {string} file @param {string} cwd */
export function nodeTest(name, file, cwd) {
  const count = (/** @type {string} */ output) => {
    const number = (/** @type {string} */ word) => Number(new RegExp(`^ℹ ${word} (\\d+)`, 'm').exec(output)?.[1] ?? 0)
    return { passed: number('pass'), failed: number('fail') + number('cancelled'), skipped: number('skipped') + number('todo') }
  }
  return suite(name, ['node', '--test', '--test-reporter=spec', file], count, { cwd })
}

/** Deno, without its network of modules, and without leaving anything in the home folder. @param {string} name @param {string} file @param {string} cwd */
export function denoTest(name, file, cwd) {
  const count = (/** @type {string} */ output) => {
    const [, passed, failed, ignored = 0] = /^(?:ok|FAILED) \| (\d+) passed.*?\| (\d+) failed(?: \| (\d+) ignored)?/m.exec(output) ?? []
    return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) }
  }
  const offline = ['--no-remote', '--cached-only', '--node-modules-dir=manual']
  // What the YAML reader of DAWP documents looks at wherever there is a `process`; nothing else of the environment is open.
  const allowed = ['--allow-net=127.0.0.1', '--allow-env=LOG_STREAM,LOG_TOKENS']
  const env = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(cwd, '.deno') }
  return suite(name, ['deno', 'test', ...offline, ...allowed, file], count, { cwd, env })
}

/** Bun, without a word to its makers, and without leaving anything in the home folder. @param {string} name @param {string} file @param {string} cwd @returns {Step} */
export function bunTest(name, file, cwd) {
  const count = (/** @type {string} */ output) => {
    const number = (/** @type {string} */ word) => Number(new RegExp(`^ *(\\d+) ${word}$`, 'm').exec(output)?.[1] ?? 0)
    return { passed: number('pass'), failed: number('fail'), skipped: number('skip') + number('todo') }
  }
  const env = { NO_COLOR: '1', DO_NOT_TRACK: '1', BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' }
  return {
    name,
    run() {
      const bun = findBun()
      if (!bun) return skip(name, 1, `no Bun that starts here for ${file}`).run()
      return suite(name, [bun, 'test', '--no-install', `./${file}`], count, { cwd, env }).run()
    },
  }
}

/** Files under a folder whose name matches; folders nobody writes by hand are passed over. @param {string} folder @param {RegExp} name @returns {string[]} */
export function filesUnder(folder, name) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : filesUnder(path, name)
    return name.test(entry.name) ? [path] : []
  })
}
