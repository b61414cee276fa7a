import { type ChildProcess, spawn } from 'node:child_process'

/** A server in a process of its own, started by a command that says `listening <port>`. */
export interface ServerProcess {
  readonly port: number
  kill(): Promise<void>
  /** Asks it to end, as whoever deploys does. Answers what it ended with. */
  terminate(): Promise<number | null>
}

export async function startProcess([tool = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  // A group of its own, which is killed as a whole: some tools are launchers that would leave the real server behind.
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env }, detached: true })
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nothing of it is left.
    }
  }
  process.on('exit', killGroup)
  const port = await portOf(child)
  // As after a rejection that nobody handled: no reader may be all who notices.
  const onEnd = (code: number | null): never => {
    throw new Error(`the server ended by itself with ${code}`)
  }
  child.on('exit', onEnd)
  return {
    port,
    terminate: () =>
      new Promise((ended) => {
        process.off('exit', killGroup)
        child.off('exit', onEnd)
        child.on('exit', ended)
        child.kill('SIGTERM')
      }),
    kill: () =>
      new Promise((gone) => {
        process.off('exit', killGroup)
        child.off('exit', onEnd)
        // Closed, and not only ended: then whatever the launcher started is gone too.
        child.on('close', () => gone())
        if (child.stdout?.destroyed) gone()
        killGroup()
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
