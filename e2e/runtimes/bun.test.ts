import { afterAll, test } from 'bun:test'
import { bunSocketListeners, bunUpgrade } from '@agentstream/edge/bun'
import { createApp } from './app.ts'
import { cases } from './cases.ts'

const app = createApp()
// Bun closes a connection that was silent for ten seconds, unless told not to; an agent may think for longer.
const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: (request, bun) => app(request, { upgrade: bunUpgrade(bun) }),
  websocket: bunSocketListeners,
})
afterAll(() => server.stop(true))
const url = server.url.origin

for (const { name, run } of cases) test(`Bun: ${name}`, () => run({ url }), 10_000)
