// A minimal W3C WebDriver client for a stock WebKitGTK MiniBrowser under Xvfb. WebDriver does not wait by itself: poll.
import { spawn } from 'node:child_process'
import net from 'node:net'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((found) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address())
      server.close(() => found(port))
    })
  })

/** Tries until it works or the time is over. @template T @param {() => Promise<T>} attempt @param {number} ms @returns {Promise<T>} */
async function poll(attempt, ms) {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > end) throw error
    }
  }
}

/** Starts Xvfb on a display of its own choosing. */
async function startDisplay() {
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const name = await new Promise((ok, fail) => {
    xvfb.stdio[3]?.once('data', (data) => ok(String(data).trim()))
    xvfb.once('exit', () => fail(new Error('Xvfb did not start')))
  })
  return { xvfb, name }
}

export class WebKit {
  /** @type {import('node:child_process').ChildProcess[]} */
  #processes = []
  #base = ''
  #session = ''
  version = ''

  /** @param {{ path: string, driver?: string }} browser as `findBrowser('webkit')` gives it */
  static async launch({ path, driver = 'WebKitWebDriver' }) {
    const page = new WebKit()
    const { xvfb, name } = await startDisplay()
    const port = await freePort()
    const driving = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      // Nothing more to switch off: without compositing or dmabuf, screenshots hang for ever.
      env: { ...process.env, DISPLAY: `:${name}`, LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' },
    })
    page.#processes = [driving, xvfb]
    page.#base = `http://127.0.0.1:${port}`
    await poll(() => page.call('GET', '/status'), 5_000)
    const options = { binary: path, args: ['--automation'] }
    const session = await page.call('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } })
    page.#session = `/session/${session.sessionId}`
    page.version = session.capabilities.browserVersion
    return page
  }

  /** @param {'GET' | 'POST' | 'DELETE'} method @param {string} path @param {unknown} [body] */
  async call(method, path, body) {
    const response = await fetch(this.#base + path, {
      method,
      signal: AbortSignal.timeout(15_000),
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    const { value } = await response.json()
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`)
    return value
  }

  /** @param {string} url */
  goto(url) {
    return this.call('POST', `${this.#session}/url`, { url })
  }

  /** Waits for an element. @param {string} css @param {number} [ms] */
  find(css, ms = 5_000) {
    return poll(() => this.call('POST', `${this.#session}/element`, { using: 'css selector', value: css }), ms)
  }

  /** @param {string} css */
  async click(css) {
    await this.call('POST', `${await this.#element(css)}/click`, {})
  }

  /** Types into an element. @param {string} css @param {string} text */
  async type(css, text) {
    await this.call('POST', `${await this.#element(css)}/value`, { text })
  }

  /** @param {string} css */
  async #element(css) {
    return `${this.#session}/element/${Object.values(await this.find(css))[0]}`
  }

  /** Runs the body of a function in the page and gives what it returns. @param {string} script @param {unknown[]} [args] */
  eval(script, args = []) {
    return this.call('POST', `${this.#session}/execute/sync`, { script, args })
  }

  async screenshot() {
    return Buffer.from(await this.call('GET', `${this.#session}/screenshot`), 'base64')
  }

  async close() {
    // A driver that is gone already has closed the session.
    await this.call('DELETE', this.#session).catch(() => {})
    for (const one of this.#processes) one.kill()
  }
}
