import { type ChildProcess, spawn } from 'node:child_process'

/** A server in a process of its own, started by a command that says `listening <port>`. */
export interface ServerProcess {
  readonly port: number
  kill(): Promise<void>
}

export async function startProcess([tool = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const port = await portOf(child)
  return {
    port,
    kill: () =>
      new Promise((gone) => {
        if (child.exitCode !== null || child.signalCode !== null) return gone()
        child.on('exit', () => gone())
        child.kill('SIGKILL')
      }),
  }
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((found, fail) => {
    let said = ''
    child.on('error', fail)
    child.on('exit', (code) => fail(new Error(`the server ended with ${code} before it listened`)))
    child.stdout?.on('data', (data) => {
      said += String(data)
      const port = /listening (\d+)/.exec(said)?.[1]
      if (port) found(Number(port))
    })
  })
}
