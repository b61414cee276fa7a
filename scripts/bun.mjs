// Finds the binary that npm's `bun` brings. Its install script moves it into the package; that script does not run here, so it
// is also looked for in the package of the platform, where it comes from.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

/** The path of a Bun that starts on this machine. @returns {string | undefined} */
export function findBun() {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const platform = `${system}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`
  const file = system === 'windows' ? 'bun.exe' : 'bun'
  const folders = [`@oven/bun-${platform}`, `@oven/bun-${platform}-musl`].map((name) => join('node_modules', name, 'bin', file))
  const paths = [...folders, 'node_modules/bun/bin/bun.exe'].map((path) => join(process.cwd(), path))
  // A processor or C library it was not made for, and the stand-in that says its install script did not run, show only here.
  return paths.find((path) => existsSync(path) && spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0)
}
