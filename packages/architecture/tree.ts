import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { readSource, type SourceFile } from './source.ts'

/** Every file of the repository by its path from the root, and every door (`@agentstream/client/wire`) by the file behind it. */
export interface Tree {
  readonly files: ReadonlyMap<string, SourceFile>
  readonly doors: ReadonlyMap<string, string>
}

export type Target =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'builtin'; readonly name: string }
  /** A workspace package, by a path that is not one of its doors. */
  | { readonly kind: 'wall'; readonly name: string }
  /** Data, styles, generated files: nothing this test reads. */
  | { readonly kind: 'other' }

export function growTree(texts: Readonly<Record<string, string>>, doors: Readonly<Record<string, string>> = {}): Tree {
  return {
    files: new Map(Object.entries(texts).map(([path, text]) => [path, readSource(path, text)])),
    doors: new Map(Object.entries(doors)),
  }
}

/** Where an import leads. Doors lead to the file behind them. */
export function resolve(tree: Tree, from: string, specifier: string): Target {
  if (specifier.startsWith('.')) {
    const path = posix.join(posix.dirname(from), specifier)
    return tree.files.has(path) ? { kind: 'file', path } : { kind: 'other' }
  }
  const door = tree.doors.get(specifier)
  if (door) return { kind: 'file', path: door }
  if (isBuiltin(specifier)) return { kind: 'builtin', name: specifier }
  return { kind: specifier.startsWith('@agentstream/') ? 'wall' : 'package', name: specifier }
}

/** The files an import of this file leads to, in order. */
export function neighbours(tree: Tree, path: string): string[] {
  const targets = (tree.files.get(path)?.imports ?? []).map((one) => resolve(tree, path, one.specifier))
  return targets.flatMap((target) => (target.kind === 'file' ? [target.path] : []))
}

/** Every file reachable from a start, each with the way to it. */
export function reach(tree: Tree, start: string): Map<string, readonly string[]> {
  const ways = new Map<string, readonly string[]>([[start, [start]]])
  // A map hands out what is added while it is walked: breadth first, without a queue.
  for (const [path, way] of ways) for (const next of neighbours(tree, path)) if (!ways.has(next)) ways.set(next, [...way, next])
  return ways
}

/** A shortest way from a file back to itself for each knot of files that import each other. */
export function cycles(tree: Tree): string[][] {
  const knotted = new Set<string>()
  const found: string[][] = []
  for (const path of tree.files.keys()) {
    if (knotted.has(path)) continue
    const ways = reach(tree, path)
    const back = [...ways.values()].find((way) => neighbours(tree, way.at(-1) ?? path).includes(path))
    if (!back) continue
    found.push([...back, path])
    for (const one of ways.keys()) if (reach(tree, one).has(path)) knotted.add(one)
  }
  return found
}
