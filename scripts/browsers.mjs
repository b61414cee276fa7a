// Find a browser for each engine: env var → Playwright's own → system → (install) Playwright → apt-get as root → npm-shipped.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'

const require = createRequire(import.meta.url)
const onPath = (names) => {
  for (const n of names)
    for (const d of (process.env.PATH ?? '').split(':')) {
      const p = `${d}/${n}`
      if (d && !d.includes('node_modules') && existsSync(p)) return p
    }
}
const first = (paths) => paths.find((p) => p && existsSync(p))
const own = (engine) => {
  try {
    const p = require('playwright-core')[engine].executablePath()
    return existsSync(p) ? p : undefined
  } catch {
    return undefined
  }
}
const mac = (...apps) => (process.platform === 'darwin' ? first(apps) : undefined)

/** @returns {{kind: "env"|"playwright"|"system", path: string, channel?: string} | undefined} */
export function findBrowser(engine) {
  const env = process.env[`${engine.toUpperCase()}_PATH`]
  if (env) return { kind: 'env', path: env, ...(engine === 'firefox' ? { channel: 'moz-firefox' } : {}) }
  const p = own(engine)
  if (p) return { kind: 'playwright', path: p }
  if (engine === 'chromium') {
    const s =
      onPath(['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge']) ??
      mac(
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
        '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      )
    return s ? { kind: 'system', path: s } : undefined
  }
  if (engine === 'firefox') {
    const s = onPath(['firefox-esr', 'firefox']) ?? mac('/Applications/Firefox.app/Contents/MacOS/firefox')
    return s ? { kind: 'system', path: s, channel: 'moz-firefox' } : undefined
  }
  if (engine === 'webkit') {
    // stock WebKitGTK is driven over WebDriver, not by Playwright
    const d = onPath(['WebKitWebDriver'])
    const b = first(['x86_64', 'aarch64'].map((a) => `/usr/lib/${a}-linux-gnu/webkit2gtk-4.1/MiniBrowser`))
    return d && b && onPath(['Xvfb']) ? { kind: 'system', path: b, driver: d, channel: 'webdriver' } : undefined
  }
}

const APT = { chromium: ['chromium'], firefox: ['firefox-esr'], webkit: ['webkit2gtk-driver', 'xvfb'] }
const run = (cmd, args, o = {}) => spawnSync(cmd, args, { stdio: 'inherit', ...o }).status === 0
export function ensureBrowser(engine) {
  const had = findBrowser(engine)
  if (had) return had
  if (
    run(process.execPath, [join(dirname(require.resolve('playwright-core/package.json')), 'cli.js'), 'install', engine], { stdio: 'ignore', timeout: 300_000 })
  )
    return findBrowser(engine)
  if (process.platform === 'linux' && process.getuid?.() === 0 && onPath(['apt-get'])) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    run('apt-get', ['update', '-qq'], { env, stdio: 'ignore' })
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...APT[engine]], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return findBrowser(engine)
}
