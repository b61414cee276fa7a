// Fails when a platform package is absent from the lockfile (npm drops optional packages it could not fetch; `npm ci` then refuses).
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const missing = []
for (const [at, p] of Object.entries(packages))
  for (const dep of Object.keys(p.optionalDependencies ?? {})) {
    let dir = at
    while (!packages[`${dir ? `${dir}/` : ''}node_modules/${dep}`] && dir) {
      const i = dir.lastIndexOf('node_modules/')
      dir = i > 0 ? dir.slice(0, i - 1) : ''
    }
    if (!packages[`${dir ? `${dir}/` : ''}node_modules/${dep}`]) missing.push(`${dep} (of ${at})`)
  }
console.log(missing.length ? `missing from the lockfile:\n${missing.join('\n')}` : 'lockfile complete')
process.exit(missing.length ? 1 : 0)
