// Resuming, over and over: the schedules of faults that the tests try by the thousand, by the hundred thousand and from other seeds,
// over every journal: in memory and SQLite by a clock that is only counted, and in processes of Node, workerd and Deno that are killed.
// `npm run soak -- 30000` tries about so many in all; SEED=n repeats a soak.
import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const total = Number(process.argv[2] ?? '100000')
const env = {
  ...process.env,
  // Per property: there are two, and the processes of each of three runtimes get a tenth beside.
  SCHEDULES: String(Math.ceil(total / 2.6)),
  SEED: process.env['SEED'] ?? String(Date.now() % 2 ** 31),
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
}
console.log(`${total} schedules, seed ${env.SEED}`)

/** @param {string[]} args @returns {Promise<boolean>} whether it went well */
const run = (args) =>
  new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env })
    child.on('exit', (code) => done(code === 0))
  })

const results = [await run(['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', 'packages/resume.test.ts'])]
for (const runtime of ['node', 'workerd', 'deno'])
  results.push(await run(['--conditions=agentstream-source', '--test', '--test-reporter=spec', `e2e/runtimes/deploy-${runtime}.test.ts`]))
process.exitCode = results.every(Boolean) ? 0 : 1
