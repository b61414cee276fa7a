// Which rows of docs/faults.md have a test named after them: a title that begins with the row's name, or with several (`N16 N17: …`).
// Run by itself it prints the rows without one: `node scripts/fault-rows.mjs`.
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseSync, Visitor } from 'oxc-parser'
import { filesUnder } from './steps.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const named = /^((?:[NLSX]\d{1,2}(?:,|:)? )+)/

/** The rows of the page, in its order. @returns {string[]} */
export function faultRows() {
  return [...readFileSync(`${root}docs/faults.md`, 'utf8').matchAll(/^\| ([NLSX]\d+) \|/gm)].map(([, row = '']) => row)
}

/** The row names that titles begin with, each with the files it stands in. @returns {Map<string, Set<string>>} */
export function testedRows() {
  /** @type {Map<string, Set<string>>} */
  const tested = new Map()
  const files = ['packages', 'apps', 'e2e'].flatMap((folder) => filesUnder(`${root}${folder}`, /\.(test|spec|webkit)\.tsx?$|^cases\.ts$|-contract\.ts$/))
  for (const file of files) {
    /** @param {unknown} text */
    const note = (text) => {
      for (const row of typeof text === 'string' ? (named.exec(text)?.[1]?.match(/[NLSX]\d+/g) ?? []) : []) {
        const files = tested.get(row) ?? new Set()
        tested.set(row, files.add(file.slice(root.length)))
      }
    }
    new Visitor({
      Literal: ({ value }) => note(value),
      TemplateLiteral: ({ quasis: [first] }) => note(first?.value.cooked),
    }).visit(parseSync(file, readFileSync(file, 'utf8')).program)
  }
  return tested
}

/** Rows without a test of their name. @returns {string[]} */
export function untestedRows() {
  const tested = testedRows()
  return faultRows().filter((row) => !tested.has(row))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const untested = untestedRows()
  console.log(`${faultRows().length} rows, ${untested.length} without a test of their name${untested.length > 0 ? `: ${untested.join(' ')}` : ''}`)
  process.exitCode = untested.length > 0 ? 1 : 0
}
