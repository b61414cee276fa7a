import { existsSync, readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'oxc-parser'
import { expect, test } from 'vitest'

// docs/threat-model.md says what is defended, and which test shows it.

const root = `${import.meta.dirname}/../`
const read = (path: string): string => readFileSync(root + path, 'utf8')

interface Row {
  readonly threat: string
  readonly path: string
  readonly title: string
}

const page = read('docs/threat-model.md')
const lines = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| what is tried'))
const rows = lines.flatMap((line): Row[] => {
  const [, threat = '', path = '', title = ''] = /^\| (.+?) \| .+ \| `([^`]+)`: (.+) \|$/.exec(line) ?? []
  return title === '' ? [] : [{ threat, path, title }]
})

/** Every text that a file is written with: titles are among them. */
function textsIn(path: string): ReadonlySet<string> {
  const texts = new Set<string>()
  if (!existsSync(root + path)) return texts
  new Visitor({
    Literal: ({ value }) => void (typeof value === 'string' && texts.add(value)),
    TemplateLiteral: ({ quasis: [only, ...others] }) => void (only && others.length === 0 && texts.add(only.value.cooked ?? '')),
  }).visit(parseSync(path, read(path)).program)
  return texts
}

test('every line of the threat model names a test', () => {
  expect(rows.length).toBe(lines.length)
  expect(rows.length).toBeGreaterThan(30)
})

test('every test that the threat model names is there', () => {
  expect(rows.filter(({ path, title }) => !textsIn(path).has(title))).toEqual([])
})

test('what is tried is told once', () => {
  const told = rows.map(({ path, title }) => `${path} ${title}`)
  expect(new Set(told).size).toBe(told.length)
})
