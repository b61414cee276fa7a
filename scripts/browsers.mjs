// Finds a browser for each engine: environment variable, Playwright's own, the system's. `ensureBrowser` also installs one:
// Playwright's download first (it fails fast where its host is out of reach), then apt-get for root on Debian.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'

/** @typedef {'chromium' | 'firefox' | 'webkit'} Engine */
/** @typedef {{ kind: 'env' | 'playwright' | 'system', path: string, channel?: string, driver?: string }} Browser */

/** @type {Record<Engine, { names: string[], apps: string[], packages: string[], channel?: string }>} */
const known = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'],
    apps: ['Google Chrome', 'Chromium', 'Microsoft Edge'],
    packages: ['chromium'],
  },
  // The channel makes Playwright speak WebDriver BiDi to a stock Firefox; without it it expects its own patched build.
  firefox: { names: ['firefox-esr', 'firefox'], apps: ['Firefox'], packages: ['firefox-esr'], channel: 'moz-firefox' },
  // A stock WebKitGTK is driven over WebDriver (see webkit.mjs), not by Playwright.
  webkit: { names: [], apps: [], packages: ['webkit2gtk-driver', 'xvfb'], channel: 'webdriver' },
}

const require = createRequire(import.meta.url)

/** @param {string[]} paths */
const firstOf = (paths) => paths.find((path) => existsSync(path))

/** The first of these programs on PATH. node_modules/.bin is passed over: a package's shim is not a browser. @param {string[]} names */
function onPath(names) {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder && !folder.includes('node_modules'))
  return firstOf(names.flatMap((name) => folders.map((folder) => join(folder, name))))
}

/** @param {Engine} engine */
function playwrightsOwn(engine) {
  try {
    return firstOf([require('playwright-core')[engine].executablePath()])
  } catch {
    return undefined // playwright-core is not installed, or has no build for this system
  }
}

/** @returns {Browser | undefined} */
function webkitGtk() {
  const driver = onPath(['WebKitWebDriver'])
  const path = firstOf(['x86_64', 'aarch64'].map((arch) => `/usr/lib/${arch}-linux-gnu/webkit2gtk-4.1/MiniBrowser`))
  return driver && path && onPath(['Xvfb']) ? { kind: 'system', path, driver, channel: 'webdriver' } : undefined
}

/** @param {Engine} engine @returns {Browser | undefined} */
function systems(engine) {
  if (engine === 'webkit') return webkitGtk()
  const { names, apps, channel } = known[engine]
  const mac =
    process.platform === 'darwin' ? apps.map((app) => `/Applications/${app}.app/Contents/MacOS/${app.toLowerCase() === 'firefox' ? 'firefox' : app}`) : []
  const path = onPath(names) ?? firstOf(mac)
  return path ? { kind: 'system', path, ...(channel ? { channel } : {}) } : undefined
}

/** @param {Engine} engine @returns {Browser | undefined} */
export function findBrowser(engine) {
  const named = process.env[`${engine.toUpperCase()}_PATH`]
  if (named) return { kind: 'env', path: named, ...(engine === 'firefox' ? { channel: 'moz-firefox' } : {}) }
  const own = playwrightsOwn(engine)
  return own ? { kind: 'playwright', path: own } : systems(engine)
}

/** @param {string} command @param {string[]} args @param {import('node:child_process').SpawnSyncOptions} [options] */
const succeeds = (command, args, options) => spawnSync(command, args, { stdio: 'ignore', timeout: 300_000, ...options }).status === 0

/** Finds or installs. Quiet on success; apt-get's own errors are shown. @param {Engine} engine @returns {Browser | undefined} */
export function ensureBrowser(engine) {
  const had = findBrowser(engine)
  if (had) return had
  const playwright = join(dirname(require.resolve('playwright-core/package.json')), 'cli.js')
  if (succeeds(process.execPath, [playwright, 'install', engine])) return findBrowser(engine)
  if (process.platform === 'linux' && process.getuid?.() === 0 && onPath(['apt-get'])) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    succeeds('apt-get', ['update', '-qq'], { env })
    succeeds('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...known[engine].packages], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return findBrowser(engine)
}
