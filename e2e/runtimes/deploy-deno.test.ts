import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deployCases } from './deploy-cases.ts'
import { type ServerProcess, startProcess } from './deploy-process.ts'

const server = fileURLToPath(new URL('deploy-deno-server.ts', import.meta.url))
const offline = ['--no-remote', '--cached-only', '--node-modules-dir=manual', '--no-check']

// Two processes of Deno on one file of KV.
await deployCases('Deno with KV', async (bench) => {
  const folder = await mkdtemp(join(tmpdir(), 'agentstream-deploy-'))
  const conditions = process.execArgv.filter((flag) => flag.startsWith('--conditions'))
  const allowed = ['--unstable-kv', '--allow-net=127.0.0.1', '--allow-env=LOG_STREAM,LOG_TOKENS', `--allow-read=${folder}`, `--allow-write=${folder}`]
  const command = ['deno', 'run', ...offline, ...conditions, ...allowed, server, join(folder, 'kv.db'), bench]
  const env = { NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(folder, '.deno') }
  // One after the other: a file of KV that is being made cannot be opened.
  const start = async (): Promise<[ServerProcess, ServerProcess]> => [await startProcess(command, env), await startProcess(command, env)]
  let servers = await start()
  return {
    get urls() {
      return [`http://127.0.0.1:${servers[0].port}`, `http://127.0.0.1:${servers[1].port}`] as const
    },
    contract: async () => (await fetch(`http://127.0.0.1:${servers[0].port}/contract`)).json(),
    async restart() {
      await Promise.all(servers.map(({ kill }) => kill()))
      servers = await start()
    },
    async stop() {
      await Promise.all(servers.map(({ kill }) => kill()))
      await rm(folder, { recursive: true, force: true })
    },
  }
})
