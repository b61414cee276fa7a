// Fails when the lockfile would not install everywhere: a platform package is absent (npm drops optional packages it could not
// fetch, and `npm ci` then refuses on that platform), or it names the registry of whoever wrote it.
import { readFileSync } from 'node:fs'
import process from 'node:process'

/** @type {{ packages: Record<string, { optionalDependencies?: Record<string, string>, resolved?: string, link?: boolean }> }} */
const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))

/** Looks where Node would: beside the package, then outwards. @param {string} from @param {string} name */
function installed(from, name) {
  const folders = from ? [...from.matchAll(/(?:^|\/)node_modules\//g)].map((match) => from.slice(0, match.index)).filter(Boolean) : []
  return [from, ...folders, ''].some((folder) => packages[`${folder ? `${folder}/` : ''}node_modules/${name}`])
}

const problems = Object.entries(packages).flatMap(([path, entry]) => [
  ...Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !installed(path, name))
    .map((name) => `missing from the lockfile: ${name} (of ${path || 'the root'})`),
  ...(entry.resolved && !entry.link ? [`the lockfile names a registry: ${path}`] : []),
])
console.log(problems.length > 0 ? problems.join('\n') : 'lockfile complete')
process.exit(problems.length > 0 ? 1 : 0)
