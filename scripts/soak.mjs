// Resuming, over and over: the schedules of faults that the tests try by the thousand, by the hundred thousand and from other seeds.
// `npm run soak -- 5000` tries so many per property; SEED=n repeats a soak.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const SCHEDULES = process.argv[2] ?? '50000'
const SEED = process.env['SEED'] ?? String(Date.now() % 2 ** 31)
console.log(`${SCHEDULES} schedules per property and journal, seed ${SEED}`)
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'node', 'packages/edge/src/serve/resume.test.ts']
const child = spawn(process.execPath, vitest, { cwd: root, stdio: 'inherit', env: { ...process.env, SCHEDULES, SEED } })
child.on('exit', (code) => process.exit(code ?? 1))
