import type { Finding, Import, SourceFile } from './source.ts'
import { cycles, reach, resolve, type Target, type Tree } from './tree.ts'

/** Rooms on one line of the table. A lower level never imports a higher one; on one line, a name imports only names to its left. */
export interface Row {
  readonly level: number
  /** Paths inside the house, without extension: a file, or a folder with all it holds. `*` stands for one name. */
  readonly rooms: readonly string[]
  /** Levels and names these may import; without it every lower level. Names to the left are always allowed. */
  readonly from?: readonly (number | string)[]
  /** Levels and names of which only types may be imported. */
  readonly types?: readonly (number | string)[]
  /** Packages, by the exact name written in the import, or all of its doors: `hono/*`. */
  readonly packages?: readonly string[]
  /** What different names under `*` in one room say to each other: nothing. */
  readonly apart?: boolean
  /** The sentence that forbids everything else. */
  readonly law: string
}

export interface House {
  readonly root: string
  readonly rows: readonly Row[]
}

interface Place {
  readonly row: Row
  readonly index: number
  readonly room: string
  /** What `*` stood for. */
  readonly name: string
}

export const isTest = (path: string): boolean => /\.(test|test-d|spec)\.tsx?$/.test(path)
const sources = (tree: Tree): SourceFile[] => [...tree.files.values()].filter((file) => /^packages\/\w+\/src\//.test(file.path) && !isTest(file.path))
const at = (file: SourceFile, { line }: { line: number }): string => `${file.path}:${line}`

/** Arrows inside a house that its table forbids, and files the table does not know. */
export function forbiddenArrows(tree: Tree, house: House): string[] {
  const doors = new Set(tree.doors.values())
  const files = sources(tree).filter((file) => file.path.startsWith(`${house.root}/`) && !doors.has(file.path))
  return files.flatMap((file) => {
    const place = placeOf(house, file.path)
    if (!place) return [`${file.path} stands in no room. Put it in the picture first: add it to the table.`]
    return file.imports.flatMap((one) => {
      const target = resolve(tree, file.path, one.specifier)
      return allowed(tree, house, place, one, target) ? [] : [`${at(file, one)} → ${one.specifier}${one.typeOnly ? ' (types)' : ''}. ${place.row.law}`]
    })
  })
}

/** The name inside the house, as rooms are written: `run/cases/tools`. */
const inside = (house: House, path: string): string => path.slice(house.root.length + 1).replace(/\.tsx?$/, '')

/** What `*` stood for, or undefined where the pattern is of another place. */
function within(pattern: string, name: string): string | undefined {
  const match = new RegExp(`^${pattern.replaceAll('*', '([^/]+)')}(?:/|$)`).exec(name)
  return match ? (match[1] ?? '') : undefined
}

const covers = (pattern: string, name: string): boolean => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)

function placeOf(house: House, path: string): Place | undefined {
  const places = house.rows.flatMap((row) =>
    row.rooms.flatMap((room, index) => {
      const name = within(room, inside(house, path))
      return name === undefined ? [] : [{ row, index, room, name }]
    }),
  )
  // The most particular room: `model/provider` before `model/*`.
  return places.sort((a, b) => Number(a.room.includes('*')) - Number(b.room.includes('*')) || b.room.length - a.room.length)[0]
}

function allowed(tree: Tree, house: House, from: Place, arrow: Import, target: Target): boolean {
  if (target.kind === 'other') return true
  const staysInside = target.kind === 'file' && target.path.startsWith(`${house.root}/`)
  if (!staysInside) return from.row.packages?.some((name) => covers(name, arrow.specifier)) ?? false
  if ([...tree.doors.values()].includes(target.path)) return false
  const to = placeOf(house, target.path)
  if (!to) return true // the file itself is complained about, once
  return to.row === from.row ? allowedOnOneLine(from, to) : allowedDown(from.row, arrow.typeOnly, to.row.level, inside(house, target.path))
}

function allowedOnOneLine(from: Place, to: Place): boolean {
  if (to.room !== from.room) return to.index < from.index
  return !from.row.apart || to.name === from.name
}

function allowedDown({ level, from, types }: Row, typeOnly: boolean, toLevel: number, toName: string): boolean {
  const listed = (list: Row['from']) => list?.some((one) => (typeof one === 'number' ? one === toLevel : within(one, toName) !== undefined)) ?? false
  if (!from && !types) return toLevel < level
  return listed(from) || (typeOnly && listed(types))
}

/** Imports of another workspace by anything but its doors, from anywhere. */
export function walls(tree: Tree): string[] {
  const law = 'Packages are entered through their doors only.'
  const home = (path: string): string => /^(packages|apps)\/[^/]+|^[^/]+/.exec(path)?.[0] ?? ''
  return [...tree.files.values()].flatMap((file) =>
    file.imports.flatMap((one) => {
      const target = resolve(tree, file.path, one.specifier)
      const through = target.kind === 'file' && one.specifier.startsWith('.') && /\/(src|dist)\//.test(target.path) && home(target.path) !== home(file.path)
      return through || target.kind === 'wall' ? [`${at(file, one)} → ${one.specifier}. ${law}`] : []
    }),
  )
}

/** Imports that lead back to where they started; types count, because a reader has to follow them too. */
export function knots(tree: Tree): string[] {
  return cycles(tree).map((way) => `${way.join(' → ')}. No import leads back to where it started.`)
}

/** Node built-ins that somebody who enters a door would load. */
export function builtinsBehindDoors(tree: Tree): string[] {
  return [...tree.doors].flatMap(([door, start]) =>
    [...reach(tree, start)].flatMap(([path, way]) =>
      (tree.files.get(path)?.imports ?? [])
        .filter((one) => resolve(tree, path, one.specifier).kind === 'builtin')
        .map((one) => `${door}: ${way.join(' → ')} → ${one.specifier}. No Node built-ins anywhere behind a door.`),
    ),
  )
}

export function tooLong(tree: Tree, limit: number): string[] {
  const long = [...tree.files.values()].filter((file) => file.lines > limit)
  return long.map((file) => `${file.path} has ${file.lines} lines. ${limit} at most: past that, cut along the agreed seam.`)
}

export function tooBranched(tree: Tree, limit: number): string[] {
  return [...tree.files.values()].flatMap((file) =>
    file.functions
      .filter((one) => one.branching > limit)
      .map((one) => `${at(file, one)} ${one.name} branches ${one.branching} times. ${limit} at most: past that, cut along the agreed seam.`),
  )
}

const laws: Readonly<Record<Finding['kind'], string>> = {
  any: 'No `any`: parse at the border and trust inside.',
  'non-null': 'No non-null `!`: parse at the border and trust inside.',
  throw: 'Throw only our errors.',
  accessor: 'An object with an accessor keeps alive what it closes over until the engine collects everything: a method, or a member kept up to date.',
  'export-all': 'Public means listed by hand: no `export *`.',
  'own-code': 'A door re-exports and does nothing else.',
}

/** Readers of a view are told apart by the members they read. */
const views = 'packages/react/'

/** What the syntax of sources may not contain; the last two kinds only speak about doors. */
export function findings(tree: Tree): string[] {
  const doors = new Set(tree.doors.values())
  const speaksOfDoors = (kind: Finding['kind']) => kind === 'export-all' || kind === 'own-code'
  const concerns = ({ path }: SourceFile, { kind }: Finding): boolean =>
    kind === 'accessor' ? !path.startsWith(views) : doors.has(path) || !speaksOfDoors(kind)
  return sources(tree).flatMap((file) => file.findings.filter((one) => concerns(file, one)).map((one) => `${at(file, one)} ${laws[one.kind]}`))
}
