// A TCP proxy that does to a connection what networks do: cut it, reset it, stall it, refuse it, deliver byte by byte.
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What happens to the server's bytes on one connection.
 * @typedef {object} Plan
 * @property {boolean} [refuse] reset at once
 * @property {number} [cutAfter] end the connection after so many bytes
 * @property {boolean} [rst] by a reset
 * @property {number} [stallAfter] say nothing more after so many bytes, and stay open
 * @property {number} [chunk] so many bytes at a time
 * @property {number} [delayMs] between two of them
 */

/** @param {net.Socket} upstream @param {net.Socket} client @param {Plan} plan @param {{ bytes: number }} entry */
async function deliver(upstream, client, plan, entry) {
  const { cutAfter, stallAfter, chunk, delayMs = chunk ? 1 : 0 } = plan
  const limit = cutAfter ?? stallAfter ?? Number.POSITIVE_INFINITY
  for await (const buffer of upstream) {
    const step = chunk ?? buffer.length
    for (let at = 0; at < buffer.length && entry.bytes < limit; at += step) {
      const part = buffer.subarray(at, Math.min(at + step, buffer.length, at + limit - entry.bytes))
      client.write(part)
      entry.bytes += part.length
      // Without a pause the kernel joins small writes into one read.
      if (delayMs > 0) await sleep(delayMs)
    }
    if (entry.bytes >= limit && cutAfter !== undefined) return cut(client, plan)
  }
  if (entry.bytes < limit) client.end()
}

/** @param {net.Socket} client @param {Plan} plan */
async function cut(client, plan) {
  await sleep(5)
  if (plan.rst) client.resetAndDestroy()
  else client.destroy()
}

/**
 * @param {{ host: string, port: number }} target
 * @param {(n: number) => Plan | undefined} [plan] for the nth connection, from 0
 */
export async function faultProxy(target, plan = () => ({})) {
  /** @type {Set<net.Socket>} */
  const live = new Set()
  /** @type {{ bytes: number, clientClosed: boolean }[]} */
  const log = []
  const server = net.createServer({ noDelay: true }, (client) => {
    const faults = plan(log.length) ?? {}
    const entry = { bytes: 0, clientClosed: false }
    log.push(entry)
    client.on('error', () => {})
    if (faults.refuse) {
      client.resetAndDestroy()
      return
    }
    const upstream = net.connect({ ...target, noDelay: true })
    for (const socket of [client, upstream]) {
      live.add(socket)
      socket.on('close', () => live.delete(socket))
    }
    upstream.on('error', () => client.destroy())
    client.on('close', () => {
      entry.clientClosed = true
      upstream.destroy()
    })
    client.pipe(upstream)
    // One of the two went away in the middle: that is what this proxy is for.
    deliver(upstream, client, faults, entry).catch(() => client.destroy())
  })
  server.on('error', () => {})
  await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(undefined)))
  const { port } = /** @type {net.AddressInfo} */ (server.address())
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    log,
    /** Resets every live connection. */
    drop() {
      for (const socket of live) socket.resetAndDestroy()
    },
    close() {
      const closed = new Promise((done) => server.close(done))
      for (const socket of live) socket.destroy()
      return closed
    },
  }
}
