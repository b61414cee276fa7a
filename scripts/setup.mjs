// Makes a fresh clone ready: dependencies, and with --browsers the browsers the tests drive. Does nothing when all is there.
// Only Node built-ins here: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

// npm writes this file last, so an install that was cut short is done again.
const mark = 'node_modules/.package-lock.json'
if (!existsSync(mark) || statSync(mark).mtimeMs < statSync('package-lock.json').mtimeMs) {
  console.log('installing dependencies …')
  // Errors only: on Node 20 npm would print a page of engine warnings about tools that scripts/run.mjs starts with a newer Node.
  const { status } = spawnSync('npm', ['ci', '--loglevel=error', '--no-progress'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}

if (process.argv.includes('--browsers')) {
  const { ensureBrowser, findBrowser } = await import('./browsers.mjs')
  for (const engine of /** @type {const} */ (['chromium', 'firefox', 'webkit'])) {
    if (findBrowser(engine)) continue
    console.log(`looking for ${engine} …`)
    if (!ensureBrowser(engine)) console.log(`${engine} cannot be had here; its tests are skipped`)
  }
}
