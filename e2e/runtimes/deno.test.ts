import { denoUpgrade } from '@agentstream/edge/deno'
import { createApp } from './app.ts'
import { cases } from './cases.ts'

const app = createApp()
const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, (request) => app(request, { upgrade: denoUpgrade }))
const url = `http://127.0.0.1:${server.addr.port}`

// One server for all: what it holds open belongs to no single test.
for (const { name, run } of cases) Deno.test({ name: `Deno: ${name}`, sanitizeResources: false, sanitizeOps: false, fn: () => run({ url }) })

Deno.test({ name: 'Deno: the server can be closed', sanitizeResources: false, sanitizeOps: false, fn: () => server.shutdown() })
