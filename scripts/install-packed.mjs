// `node scripts/install-packed.mjs <target> <folder> <package> …` copies a folder of the repository to where packages are
// installed as a user would have them: only the files they publish. What they depend on is linked from here.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

const [target = '', folder = '', ...packages] = process.argv.slice(2)
const modules = join(target, 'node_modules')
mkdirSync(modules, { recursive: true })
for (const name of readdirSync('node_modules')) {
  if (!name.startsWith('.') && name !== '@agentstream') symlinkSync(join(process.cwd(), 'node_modules', name), join(modules, name))
}

/** @type {Record<string, string>} */
const dependencies = {}
for (const path of packages) {
  const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  /** @type {{ files: { path: string }[] }[]} */
  const [packed] = JSON.parse(listing)
  for (const file of packed?.files ?? []) cpSync(join(path, file.path), join(modules, name, file.path))
  dependencies[name] = version
}
cpSync(folder, join(target, folder), { recursive: true })
writeFileSync(join(target, 'package.json'), JSON.stringify({ type: 'module', dependencies }))
