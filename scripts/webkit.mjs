// Minimal W3C WebDriver client for a stock WebKitGTK MiniBrowser under Xvfb.
import { spawn } from 'node:child_process'
import net from 'node:net'
import process from 'node:process'

const freePort = () =>
  new Promise((r) => {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = s.address()
      s.close(() => r(port))
    })
  })
export class WebKit {
  static async launch({ path, driver }) {
    const w = new WebKit()
    const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
    const display = await new Promise((ok, no) => {
      xvfb.stdio[3].once('data', (d) => ok(String(d).trim()))
      xvfb.once('exit', () => no(new Error('Xvfb did not start')))
    })
    const port = await freePort()
    const drv = spawn(driver, [`--port=${port}`, '--host=127.0.0.1'], {
      stdio: 'ignore',
      env: { ...process.env, DISPLAY: `:${display}`, LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' },
    })
    w.procs = [drv, xvfb]
    w.base = `http://127.0.0.1:${port}`
    for (let i = 0; ; i++) {
      try {
        await w.call('GET', '/status')
        break
      } catch (e) {
        if (i > 100) throw e
        await new Promise((r) => setTimeout(r, 50))
      }
    }
    const s = await w.call('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: path, args: ['--automation'] } } } })
    w.session = `/session/${s.sessionId}`
    w.version = s.capabilities.browserVersion
    return w
  }
  async call(method, path, body) {
    const r = await fetch(this.base + path, {
      method,
      signal: AbortSignal.timeout(15_000),
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    const { value } = await r.json()
    if (!r.ok) throw new Error(`${value.error}: ${value.message}`)
    return value
  }
  goto(url) {
    return this.call('POST', `${this.session}/url`, { url })
  }
  async find(css, ms = 5000) {
    for (const end = Date.now() + ms; ; ) {
      try {
        return await this.call('POST', `${this.session}/element`, { using: 'css selector', value: css })
      } catch (e) {
        if (Date.now() > end) throw e
        await new Promise((r) => setTimeout(r, 50))
      }
    }
  }
  async click(css) {
    const el = await this.find(css)
    await this.call('POST', `${this.session}/element/${Object.values(el)[0]}/click`, {})
  }
  eval(script, args = []) {
    return this.call('POST', `${this.session}/execute/sync`, { script, args })
  }
  async screenshot() {
    return Buffer.from(await this.call('GET', `${this.session}/screenshot`), 'base64')
  }
  async close() {
    await this.call('DELETE', this.session).catch(() => {})
    for (const p of this.procs) p.kill()
  }
}
