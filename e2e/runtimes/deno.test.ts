import { denoUpgrade } from '@agentstream/edge/deno'
import { createApp } from './app.ts'
import { cases } from './cases.ts'
import { modelCases } from './model-cases.ts'
import { createModelServer } from './model-server.ts'

const app = createApp()
const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, (request) => app(request, { upgrade: denoUpgrade }))
const modelServer = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: () => {} }, createModelServer())
const models = `http://127.0.0.1:${modelServer.addr.port}`
const url = `http://127.0.0.1:${server.addr.port}`

// One server for all: what it holds open belongs to no single test.
for (const { name, run } of cases) Deno.test({ name: `Deno: ${name}`, sanitizeResources: false, sanitizeOps: false, fn: () => run({ url }) })
for (const { name, run } of modelCases) Deno.test({ name: `Deno: ${name}`, sanitizeResources: false, sanitizeOps: false, fn: () => run({ url, models }) })

Deno.test({
  name: 'Deno: the server can be closed',
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    await server.shutdown()
    await modelServer.shutdown()
  },
})
