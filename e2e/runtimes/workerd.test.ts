import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import workerd from 'workerd'
import { cases } from './cases.ts'
import { modelCases } from './model-cases.ts'
import { createModelServer } from './model-server.ts'
import { serve } from './node-server.ts'

// No Node compatibility: a Node built-in in any door would stop the Worker from starting.
const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .app),
    (name = "internet", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "main") ],
);
const app :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["enable_request_signal"],
);`

const folder = await mkdtemp(join(tmpdir(), 'agentstream-workerd-'))
const bundle = await rolldown({ input: fileURLToPath(new URL('worker.ts', import.meta.url)), platform: 'browser' })
await bundle.write({ file: join(folder, 'worker.mjs'), format: 'esm' })
await writeFile(join(folder, 'config.capnp'), config)

// The binary itself: the package's own launcher does not hand on the descriptor that tells us the port.
const process = spawn(workerd.default, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
after(async () => {
  process.kill()
  await rm(folder, { recursive: true, force: true })
})
const port = await new Promise<string>((found, fail) => {
  process.on('exit', (code) => fail(new Error(`workerd ended with ${code} before it listened`)))
  process.stdio[3]?.on('data', (data) => {
    const listening = /"port":(\d+)/.exec(String(data))
    if (listening?.[1]) found(listening[1])
  })
})
const url = `http://127.0.0.1:${port}`

for (const [index, { name, run }] of cases.entries()) {
  test(`workerd: ${name}`, { timeout: 10_000 }, () => run({ url }))
  test(`workerd, with the client inside: ${name}`, { timeout: 10_000 }, async () => {
    assert.equal(await (await fetch(`${url}/inside/${index}`)).text(), 'passed')
  })
}

const models = await serve(createModelServer())
after(() => models.close())
for (const { name, run } of modelCases) test(`workerd: ${name}`, { timeout: 10_000 }, () => run({ url, models: models.url }))
