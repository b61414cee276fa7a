import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import workerd from 'workerd'
import { deployCases } from './deploy-cases.ts'

// Two Workers that share nothing but the objects of a third, whose storage is on the disk. The third tries the contracts too.
const config = (bench: string): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "first", worker = .app), (name = "second", worker = .app), (name = "objects", worker = .objects),
    (name = "storage", disk = (path = "storage", writable = true)),
    (name = "internet", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [
    (name = "first", address = "127.0.0.1:0", http = (), service = "first"),
    (name = "second", address = "127.0.0.1:0", http = (), service = "second"),
    (name = "objects", address = "127.0.0.1:0", http = (), service = "objects"),
  ],
);
const app :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-10-01",
  compatibilityFlags = ["enable_request_signal"],
  bindings = [
    (name = "RUNS", durableObjectNamespace = (className = "RunObject", serviceName = "objects")),
    (name = "BENCH", text = "${bench}"),
  ],
);
const objects :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-10-01",
  durableObjectNamespaces = [
    (className = "RunObject", uniqueKey = "agentstream-runs", enableSql = true),
    (className = "TestedRunObject", uniqueKey = "agentstream-tested", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "storage"),
  bindings = [
    (name = "TESTED", durableObjectNamespace = "TestedRunObject"),
  ],
);`

// From the repository itself the packages are read as sources, as by the runner of this file.
const conditionNames = [...process.execArgv.flatMap((flag) => /^--conditions=(.+)/.exec(flag)?.[1] ?? []), 'browser', 'import', 'default']
const sockets = ['first', 'second', 'objects'] as const
type Urls = Record<(typeof sockets)[number], string>

/** The binary itself: the package's own launcher does not hand on the descriptor that tells us the ports. */
async function start(folder: string): Promise<{ readonly child: ChildProcess; readonly urls: Urls }> {
  const flags = ['serve', join(folder, 'config.capnp'), '--control-fd=3', `--directory-path=storage=${join(folder, 'storage')}`]
  const child = spawn(workerd.default, flags, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const urls = await new Promise<Urls>((found, fail) => {
    let said = ''
    child.on('exit', (code) => fail(new Error(`workerd ended with ${code} before it listened`)))
    child.stdio[3]?.on('data', (data) => {
      said += String(data)
      const ports = sockets.map((name) => new RegExp(`"socket":"${name}","port":(\\d+)`).exec(said)?.[1])
      const [first, second, objects] = ports.map((port) => port && `http://127.0.0.1:${port}`)
      if (first && second && objects) found({ first, second, objects })
    })
  })
  return { child, urls }
}

const killed = ({ child }: { readonly child: ChildProcess }): Promise<void> =>
  new Promise((gone) => {
    child.on('exit', () => gone())
    child.kill('SIGKILL')
  })

await deployCases('workerd with Durable Objects', async (bench) => {
  const folder = await mkdtemp(join(tmpdir(), 'agentstream-deploy-'))
  await mkdir(join(folder, 'storage'))
  const bundle = await rolldown({ input: fileURLToPath(new URL('deploy-worker.ts', import.meta.url)), platform: 'browser', resolve: { conditionNames } })
  await bundle.write({ file: join(folder, 'worker.mjs'), format: 'esm' })
  await writeFile(join(folder, 'config.capnp'), config(bench))
  let server = await start(folder)
  return {
    get urls() {
      return [server.urls.first, server.urls.second] as const
    },
    async restart() {
      await killed(server)
      server = await start(folder)
    },
    async reset(runId) {
      // A server that is being started has nothing in memory.
      await fetch(`${server.urls.first}/reset/${runId}`, { method: 'POST' }).catch(() => {})
    },
    unhandled: async () =>
      (await Promise.all(Object.values(server.urls).map(async (url): Promise<string[]> => (await fetch(`${url}/unhandled`)).json()))).flat(),
    contract: async () => (await fetch(`${server.urls.objects}/contract`)).json(),
    async stop() {
      await killed(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
})
