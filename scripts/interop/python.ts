/** Python packages in virtual environments outside the tree, and programs run in them that reach nothing but this machine. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../../node_modules/.cache/agentstream-interop/', import.meta.url))
const hosts = fileURLToPath(new URL('hosts/', import.meta.url))

export type Environment = { readonly python: string } | { readonly missing: string }

function findPython(): string | undefined {
  const isNewEnough = 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else 1)'
  return ['python3.11', 'python3.12', 'python3.13', 'python3'].find((name) => spawnSync(name, ['-c', isNewEnough]).status === 0)
}

/** A virtual environment with these packages, made once; or why it cannot be had. */
export function environment(name: string, requirements: readonly string[]): Environment {
  const folder = join(cache, name)
  const python = join(folder, 'bin', 'python')
  // Written last, so that an installation that was cut short is done again.
  const mark = join(folder, 'requirements.txt')
  const wanted = requirements.join('\n')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return { python }
  const found = findPython()
  if (!found) return { missing: 'no Python 3.11 or newer here' }
  console.log(`installing ${requirements.join(', ')} …`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  const made = spawnSync(found, ['-m', 'venv', folder], { encoding: 'utf8', timeout: 120_000 })
  if (made.status !== 0) return { missing: `no virtual environment: ${lastLine(made.stderr || made.stdout)}` }
  const installed = spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', ...requirements], {
    encoding: 'utf8',
    timeout: 600_000,
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  })
  if (installed.status !== 0) return { missing: `cannot be installed: ${whatFailed(installed.stderr) ?? 'pip took longer than ten minutes'}` }
  writeFileSync(mark, wanted)
  return { python }
}

/** The first line of pip, or of the git that it called, that says what is wrong. */
const whatFailed = (text: string | null): string | undefined =>
  (text ?? '')
    .split('\n')
    .find((line) => /(?:fatal|ERROR): /.test(line))
    ?.trim()

const lastLine = (text: string | null): string => (text ?? '').trim().split('\n').at(-1) ?? ''

/**
 * What a program gets of our environment: nothing that names a key, no home, and no way out. Whatever would call home, to tell or
 * to ask for prices, is told not to; what does so nevertheless meets a proxy where nobody listens.
 */
function isolated(home: string): NodeJS.ProcessEnv {
  const nowhere = 'http://127.0.0.1:9'
  return {
    PATH: process.env['PATH'],
    HOME: home,
    LANG: 'C.UTF-8',
    PYTHONUNBUFFERED: '1',
    // Sets are told in the same order every time.
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONWARNINGS: 'ignore',
    NO_PROXY: '127.0.0.1',
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    ALL_PROXY: nowhere,
    DO_NOT_TRACK: '1',
    OTEL_SDK_DISABLED: 'true',
    ANONYMIZED_TELEMETRY: 'false',
    LANGCHAIN_TRACING_V2: 'false',
    OPENAI_AGENTS_DISABLE_TRACING: '1',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    HF_HUB_OFFLINE: '1',
    OPENAI_API_KEY: 'none',
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return address !== null && typeof address === 'object' ? address.port : 0
}

interface Program {
  readonly python: string
  /** A file beside this one, in `hosts/`. */
  readonly script: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

function start({ python, script, args, env }: Program) {
  const home = mkdtempSync(join(tmpdir(), 'agentstream-interop-'))
  const child = spawn(python, [join(hosts, script), ...args], { cwd: home, env: { ...isolated(home), ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.on('data', (bytes) => (output += bytes))
  child.stderr.on('data', (bytes) => (errors = (errors + bytes).slice(-4000)))
  const kill = (): void => void child.kill('SIGKILL')
  const tidy = (): void => rmSync(home, { recursive: true, force: true })
  const leave = (): void => {
    kill()
    tidy()
  }
  process.once('exit', leave)
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  }).finally(() => {
    process.off('exit', leave)
    tidy()
  })
  return { kill, ended, isOver: () => child.exitCode !== null || child.signalCode !== null, told: () => ({ output, errors }) }
}

export interface Host {
  readonly url: string
  stop(): Promise<unknown>
}

/** Starts a server, its port being its first argument, and waits until it answers at /health. */
export async function startHost(program: Program): Promise<Host> {
  const port = await freePort()
  const child = start({ ...program, args: [String(port), ...program.args] })
  const stop = (): Promise<unknown> => {
    child.kill()
    return child.ended
  }
  const url = `http://127.0.0.1:${port}`
  for (const deadline = Date.now() + 90_000; Date.now() < deadline && !child.isOver(); await wait(100)) {
    if (
      await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).then(
        (response) => response.ok,
        () => false,
      )
    )
      return { url, stop }
  }
  await stop()
  throw new Error(`${program.script} does not answer: ${child.told().errors}`)
}

/** Runs a program to its end, and resolves with what it wrote. */
export async function runProgram(program: Program, signal: AbortSignal): Promise<string> {
  const child = start(program)
  signal.addEventListener('abort', child.kill)
  const code = await child.ended
  const { output, errors } = child.told()
  if (code !== 0) throw new Error(`${program.script} ended with ${code}: ${errors || output}`)
  return output
}
