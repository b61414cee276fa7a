import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deployCases } from './deploy-cases.ts'
import { type ServerProcess, startProcess } from './deploy-process.ts'

const server = fileURLToPath(new URL('deploy-node-server.ts', import.meta.url))

// Two processes of Node on one SQLite file.
await deployCases('Node with SQLite', async (bench) => {
  const folder = await mkdtemp(join(tmpdir(), 'agentstream-deploy-'))
  const command = [
    process.execPath,
    ...process.execArgv.filter((flag) => flag.startsWith('--conditions')),
    '--no-warnings',
    server,
    join(folder, 'runs.db'),
    bench,
  ]
  const start = (): Promise<[ServerProcess, ServerProcess]> => Promise.all([startProcess(command), startProcess(command)])
  let servers = await start()
  return {
    get urls() {
      return [`http://127.0.0.1:${servers[0].port}`, `http://127.0.0.1:${servers[1].port}`] as const
    },
    async restart() {
      await Promise.all(servers.map(({ kill }) => kill()))
      servers = await start()
    },
    async terminate() {
      const code = await servers[0].terminate()
      servers = [await startProcess(command), servers[1]]
      return code
    },
    async stop() {
      await Promise.all(servers.map(({ kill }) => kill()))
      await rm(folder, { recursive: true, force: true })
    },
  }
})
