import { readdirSync, readFileSync } from 'node:fs'
import { parseSync, Visitor } from 'oxc-parser'
import { checkSync } from 'recheck'
import { beforeAll, expect, test } from 'vitest'

// What a stranger sends is matched against these patterns; one that backtracks is a way to stop a server with a short text.

const root = `${import.meta.dirname}/../`
const rooms = ['client', 'react', 'edge'].map((name) => `packages/${name}/src`)
const files = rooms
  .flatMap((room) => readdirSync(root + room, { recursive: true, encoding: 'utf8' }).map((path) => `${room}/${path}`))
  .filter((path) => /(?<!\.test|\.test-d|-contract)\.tsx?$/.test(path))

/** Where patterns are put together of fixed texts, one of which is to match: nothing in them repeats. */
const ofFixedTexts = ['packages/edge/src/dawp/python-text.ts']

/** Whose texts are JSON, so that no quote in them stays open, and at most a page long. */
const ofShortTexts = ['packages/client/src/wire/same-frame.ts']

function patternsOf(path: string): readonly { readonly place: string; readonly source: string; readonly flags: string }[] {
  const text = readFileSync(root + path, 'utf8')
  const found: { place: string; source: string; flags: string }[] = []
  const note = (start: number, { pattern, flags }: { pattern: string; flags: string }): void => {
    found.push({ place: `${path}:${text.slice(0, start).split('\n').length} /${pattern}/${flags}`, source: pattern, flags })
  }
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) note(node.start, node.regex)
    },
    NewExpression: ({ callee, start }) => {
      // What is put together while it runs cannot be checked here.
      if (callee.type === 'Identifier' && callee.name === 'RegExp' && !ofFixedTexts.includes(path)) note(start, { pattern: '(.*)*put together', flags: '' })
    },
  }).visit(parseSync(path, text).program)
  return found
}

beforeAll(() => {
  // Its other ways need Java, or a program of their own.
  process.env['RECHECK_BACKEND'] = 'pure'
})

test('X9 every pattern in the source is matched in linear time', () => {
  const patterns = files.filter((path) => !ofShortTexts.includes(path)).flatMap(patternsOf)
  expect(patterns.length).toBeGreaterThan(50)
  const vulnerable = patterns.flatMap(({ place, source, flags }) => {
    const found = checkSync(source, flags, { timeout: 60_000 })
    return found.status === 'safe' ? [] : [`${place} is ${found.status}`]
  })
  expect(vulnerable).toEqual([])
}, 120_000)

test('a pattern that backtracks is found', () => {
  const found = [String.raw`\n\s*at `, '(a+)+$', '<thinking>.*?</thinking>x'].map((source) => checkSync(source, '').status)
  expect(found).toEqual(['vulnerable', 'vulnerable', 'vulnerable'])
})
