import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { beforeAll, describe, expect, test } from 'vitest'

// docs/checklist.md says what does each thing and which test shows it. Here its names, tests and files are held to what is there.

const root = new URL('..', import.meta.url).pathname
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

const ids = Object.entries({ AC: 85, AI: 51, AG: 31 }).flatMap(([system, rows]) =>
  Array.from({ length: rows }, (_, index) => `${system}-${String(index + 1).padStart(2, '0')}`),
)

interface Row {
  readonly id: string
  /** What does it. */
  readonly what: string
  /** The tests that show it, or why it is not there. */
  readonly shown: string
}

function rowsOf(page: string): Row[] {
  return [...page.matchAll(/^\| ([A-Z]{2}-\d+) \|(.*)\|$/gm)].map(([, id = '', rest = '']) => {
    const cells = rest.split('|').map((cell) => cell.trim())
    return { id, what: cells.length === 3 ? (cells[1] ?? '') : '', shown: cells.at(-1) ?? '' }
  })
}

/** What a file hands on: by name, the file it has it from and whether it is only a type. */
type HandedOn = ReadonlyMap<string, { readonly path: string; readonly isType: boolean }>

function readExports(path: string): HandedOn {
  const entries = parseSync(path, text(path)).module.staticExports.flatMap((statement) => statement.entries)
  const source = (request: string): string => doors.get(request.replace('@agentstream/', '')) ?? join(dirname(path), request)
  return new Map(
    entries.map(({ exportName, moduleRequest, isType }) => [exportName.name ?? '', { path: moduleRequest ? source(moduleRequest.value) : path, isType }]),
  )
}

/** By the names the page uses: `client`, `client/wire`, `edge/openai`. */
function doorPaths(): Map<string, string> {
  const paths = new Map<string, string>()
  for (const folder of ['client', 'react', 'edge']) {
    const { exports } = JSON.parse(text(`packages/${folder}/package.json`))
    for (const [door, target] of Object.entries<Record<string, string>>(exports)) {
      const source = target['agentstream-source']
      if (source) paths.set(join(folder, door), join('packages', folder, source))
    }
  }
  return paths
}

const once = <T>(make: (path: string) => T): ((path: string) => T) => {
  const made = new Map<string, T>()
  return (path) => {
    const value = made.get(path) ?? make(path)
    made.set(path, value)
    return value
  }
}

const doors = doorPaths()
const exportsOf = once(readExports)

/** The text of a declaration, wherever it is handed on from. */
function declarationOf(name: string, path: string): string {
  const source = exportsOf(path).get(name)?.path ?? path
  if (source !== path) return declarationOf(name, source)
  const file = text(path)
  const start = file.search(new RegExp(`\\b(?:interface|class|type|const) ${name}\\b`))
  return start < 0 ? '' : file.slice(start, file.indexOf('\n}', start))
}

interface Called {
  readonly type: string
  readonly name?: string
  readonly callee?: Called
  readonly tag?: Called
  readonly object?: Called
  readonly property?: Called
}

const runners = new Set(['test', 'describe', 'it'])
/** Tests that never run show nothing. */
const idle = new Set(['skip', 'todo', 'fixme'])

/** Whether a call such as `test(…)`, `test.each(…)(…)` or `describe.each(…)(…)` names a test. */
function namesTest(called: Called | undefined): boolean {
  if (called?.type === 'Identifier') return runners.has(called.name ?? '')
  if (called?.type === 'MemberExpression') return !idle.has(called.property?.name ?? '') && namesTest(called.object)
  return called !== undefined && namesTest(called.callee ?? called.tag)
}

/** The titles of a file's tests and of their groups; the cases that every runtime runs are named by a member. */
const titlesIn = once((path) => {
  const titles: string[] = []
  const note = (node: { readonly type: string; readonly value?: unknown; readonly quasis?: readonly { value: { cooked: string | null } }[] } | undefined) => {
    if (typeof node?.value === 'string') titles.push(node.value)
    if (node?.quasis) titles.push(node.quasis.map(({ value }) => value.cooked).join('…'))
  }
  new Visitor({
    CallExpression: (call) => {
      if (namesTest(call.callee as Called)) note(call.arguments[0])
    },
    Property: ({ key, value }) => {
      if (path === 'e2e/runtimes/cases.ts' && key.type === 'Identifier' && key.name === 'name') note(value)
    },
  }).visit(parseSync(path, text(path)).program)
  return titles
})

const isPath = (span: string): boolean => /^(?:packages|apps|docs|e2e|bench|scripts)\/|^README\.md$/.test(span)
const spans = /`([^`]+)`/g
const symbols = /(`[^`]+`(?:, `[^`]+`)*) from `([^`]+)`/g
const tests = /`([^`]+)` (“[^”]+”(?:, “[^”]+”)*)/g

function symbolProblem(name: string, door: string): string | undefined {
  const path = doors.get(door)
  if (!path) return `there is no door "${door}"`
  const [exported = '', member] = name.split('.')
  if (!exportsOf(path).has(exported)) return `"${exported}" is no export of ${door}`
  if (member === undefined || new RegExp(`\\b${member}\\??(?:[(:<]| =)`).test(declarationOf(exported, path))) return undefined
  return `"${exported}" has no member "${member}"`
}

/** Everything between backticks must be there: exports with their door, and files. */
function namesProblems(words: string): (string | undefined)[] {
  const named = [...words.matchAll(symbols)].flatMap(([, list = '', door = '']) =>
    [...list.matchAll(spans)].map(([, name = '']) => (isPath(name) ? `"${name}" is a file and in no door` : symbolProblem(name, door))),
  )
  const others = [...words.replace(symbols, '').matchAll(spans)].map(([, span = '']) => {
    if (!isPath(span)) return `"${span}" stands without its door`
    return existsSync(join(root, span)) ? undefined : `there is no ${span}`
  })
  return [...named, ...others]
}

function testProblems(path: string, quoted: string): (string | undefined)[] {
  if (!/\.(?:test|spec)\.tsx?$|^e2e\/runtimes\/cases\.ts$/.test(path)) return [`${path} is no test`]
  if (!existsSync(join(root, path))) return [`there is no ${path}`]
  return [...quoted.matchAll(/“([^”]+)”/g)].map(([, title = '']) =>
    titlesIn(path).some((whole) => whole.includes(title)) ? undefined : `${path} has no test “${title}”`,
  )
}

type Standing = 'there' | 'partly' | 'not yet' | 'not here'

/** Where a row stands, by how its last cell is written; undefined when it is written in no way that counts. */
function standingOf({ what, shown }: Row): Standing | undefined {
  const words = shown.replace(tests, '').replace(/^[;\s]+/, '')
  if (words !== shown.trim()) {
    if (what === '' || what === '—') return undefined
    if (words === '') return 'there'
    return /^\. Partly: \S/.test(words) ? 'partly' : undefined
  }
  if (what !== '—') return undefined
  if (/^Not yet: \S/.test(shown)) return 'not yet'
  return /^Not here: \S/.test(shown) ? 'not here' : undefined
}

function rowProblems(row: Row): string[] {
  const shownTests = [...row.shown.matchAll(tests)].flatMap(([, path = '', quoted = '']) => testProblems(path, quoted))
  const standing = standingOf(row) ? undefined : 'a row names what does it and a test, or says "Not yet: …" or "Not here: …" and claims nothing'
  const found = [standing, ...namesProblems(row.what), ...namesProblems(row.shown.replace(tests, '')), ...shownTests]
  return found.filter((problem) => problem !== undefined).map((problem) => `${row.id}: ${problem}`)
}

function summaryOf(page: string): string {
  const standings = rowsOf(page).map(standingOf)
  const count = (standing: Standing): number => standings.filter((one) => one === standing).length
  return `**${standings.length} rows: ${count('there')} are there, ${count('partly')} in part, ${count('not yet')} not yet, ${count('not here')} left out on purpose.**`
}

const page = text('docs/checklist.md')

describe('the checklist', () => {
  test('has every row once, in order', () => expect(rowsOf(page).map(({ id }) => id)).toEqual(ids))

  test('names only exports, tests and files that are there', () => expect(rowsOf(page).flatMap(rowProblems)).toEqual([]))

  test('says how many rows are done', () => expect(page.match(/^\*\*\d+ rows: .*$/gm)).toEqual([summaryOf(page)]))
})

describe('what a door exports', () => {
  const loaded = new Map<string, Record<string, unknown>>()
  beforeAll(async () => {
    for (const path of doors.values()) loaded.set(path, await import(/* @vite-ignore */ join(root, path)))
  })

  test.each([...doors])('%s: every value it names is one', (_door, path) => {
    const values = [...exportsOf(path)].filter(([, { isType }]) => !isType).map(([name]) => name)
    expect(Object.keys(loaded.get(path) ?? {}).sort()).toEqual(values.sort())
  })
})

describe('a row that is wrong is found', () => {
  const row = (what: string, shown: string): string[] => rowsOf(`| AC-01 | anything | ${what} | ${shown} |`).flatMap(rowProblems)
  const good = '`packages/checklist.test.ts` “has every row once”'

  test.each([
    ['there', '`AgentClient.stream`, `textOf` from `client`; `docs/http.md`', good, []],
    ['there in part', '`textOf` from `client`', `${good}. Partly: the rest is missing`, []],
    ['not there yet', '—', 'Not yet: nothing does it', []],
    ['an export that is gone', '`textFrom` from `client`', good, ['"textFrom" is no export of client']],
    ['a member that is gone', '`AgentClient.read` from `client`', good, ['"AgentClient" has no member "read"']],
    ['a member of another type of the same file', '`RunOptions.url` from `client`', good, ['"RunOptions" has no member "url"']],
    ['a door that is gone', '`textOf` from `client/text`', good, ['there is no door "client/text"']],
    ['a name without a door', '`textOf`', good, ['"textOf" stands without its door']],
    ['a file that is gone', '`docs/gone.md`', good, ['there is no docs/gone.md']],
    [
      'a test that is gone',
      '`docs/http.md`',
      '`packages/checklist.test.ts` “has every row twice”',
      ['packages/checklist.test.ts has no test “has every row twice”'],
    ],
    [
      'a title that is only words of the file',
      '`docs/http.md`',
      '`packages/checklist.test.ts` “anything”',
      ['packages/checklist.test.ts has no test “anything”'],
    ],
    ['a test file that is gone', '`docs/http.md`', '`packages/gone.test.ts` “x”', ['there is no packages/gone.test.ts']],
    ['a file that is no test', '`docs/http.md`', '`packages/client/src/index.ts` “x”', ['packages/client/src/index.ts is no test']],
    ['a reason with a file that is gone', '—', 'Not yet: see `docs/gone.md`', ['there is no docs/gone.md']],
  ])('%s', (_name, what, shown, problems) => expect(row(what, shown)).toEqual(problems.map((problem) => `AC-01: ${problem}`)))

  test.each([
    ['a claim without a test', '`textOf` from `client`', '—'],
    ['a claim beside a reason why it is not there', '`textOf` from `client`', 'Not yet: nothing does it'],
    ['a test for nothing', '—', good],
    ['no reason', '—', 'Not yet:'],
    ['words after the tests that are no reason', '`textOf` from `client`', `${good} and more`],
    ['a cell too many', '`textOf` from `client` | more', good],
  ])('%s', (_name, what, shown) => expect(row(what, shown)).toEqual([expect.stringContaining('a row names what does it and a test')]))

  test('rows that are missing, doubled or unknown', () => {
    expect(rowsOf('| AC-01 | a | b | c |\n| AC-01 | a | b | c |\n| ZZ-9 | a | b | c |').map(({ id }) => id)).toEqual(['AC-01', 'AC-01', 'ZZ-9'])
  })
})
