import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import process from 'node:process'

process.chdir(new URL('..', import.meta.url).pathname)
const mark = 'node_modules/.package-lock.json'
if (!existsSync(mark) || statSync(mark).mtimeMs < statSync('package-lock.json').mtimeMs) {
  console.log('installing dependencies (npm ci)…')
  const r = spawnSync('npm', ['ci', '--loglevel=error'], { stdio: 'inherit' })
  if (r.status !== 0) process.exit(r.status ?? 1)
}
if (process.argv.includes('--browsers')) {
  const { ensureBrowser } = await import('./browsers.mjs')
  for (const e of ['chromium', 'firefox', 'webkit']) {
    const b = ensureBrowser(e)
    console.log(`${e}: ${b ? `${b.kind} ${b.path}` : 'not found (its tests are skipped)'}`)
  }
}
