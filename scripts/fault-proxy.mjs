import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
/** TCP proxy with faults on the server→client bytes. plan(n) for the nth connection: { cutAfter, rst, stallAfter, chunk, delayMs, refuse }. */
export async function faultProxy(target, plan = () => ({})) {
  const live = new Set()
  const log = []
  const srv = net.createServer({ noDelay: true }, async (client) => {
    const p = plan(log.length) ?? {}
    const entry = { bytes: 0, clientClosed: false }
    log.push(entry)
    client.on('error', () => {})
    if (p.refuse) return client.resetAndDestroy()
    const up = net.connect({ ...target, noDelay: true })
    for (const s of [client, up]) {
      live.add(s)
      s.on('close', () => live.delete(s))
    }
    up.on('error', () => client.destroy())
    client.on('close', () => {
      entry.clientClosed = true
      up.destroy()
    })
    client.pipe(up)
    const cut = p.cutAfter ?? p.stallAfter ?? Number.POSITIVE_INFINITY
    let dead = false
    try {
      for await (const buf of up) {
        const step = p.chunk ?? buf.length
        for (let i = 0; i < buf.length && !dead; i += step) {
          const part = buf.subarray(i, Math.min(i + step, buf.length, i + cut - entry.bytes))
          client.write(part)
          entry.bytes += part.length
          dead = entry.bytes >= cut
          if (p.chunk || p.delayMs) await sleep(p.delayMs ?? 1) // a pause keeps parts from being coalesced into one read
        }
        if (dead && p.cutAfter !== undefined && !client.destroyed) {
          await sleep(5)
          p.rst ? client.resetAndDestroy() : client.destroy()
        }
      }
    } catch {
      /* the client or the upstream went away */
    }
    if (!dead) client.end()
  })
  srv.on('error', () => {})
  await new Promise((r) => srv.listen(0, '127.0.0.1', r))
  const { port } = srv.address()
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    log,
    drop: () => {
      for (const s of live) s.resetAndDestroy()
    },
    close: () =>
      new Promise((r) => {
        srv.close(r)
        for (const s of live) s.destroy()
      }),
  }
}
