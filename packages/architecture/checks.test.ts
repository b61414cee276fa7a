import { expect, test } from 'vitest'
import { builtinsBehindDoors, findings, forbiddenArrows, type House, knots, tooBranched, tooLong, walls } from './checks.ts'
import { growTree } from './tree.ts'

// The checker itself: small bad houses, each with the one complaint it must raise. A rule that cannot fail protects nothing.

const house: House = {
  root: 'packages/p/src',
  rows: [
    { level: 0, rooms: ['errors', 'abort'], law: 'Zero knows nothing.' },
    { level: 1, rooms: ['events/scope', 'events'], packages: ['zod/mini'], law: 'Events are zod/mini.' },
    { level: 2, rooms: ['protocols/protocol', 'protocols/*'], apart: true, law: 'One protocol never imports another.' },
    { level: 3, rooms: ['fold'], from: [0, 'events/scope'], types: [1], law: 'Folding knows types.' },
    { level: 4, rooms: ['run'], packages: ['hono/*'], law: 'Down only.' },
  ],
}
const doors = { '@agentstream/p': 'packages/p/src/index.ts', '@agentstream/p/wire': 'packages/p/src/wire.ts' }
const files = {
  'packages/p/src/index.ts': '',
  'packages/p/src/wire.ts': '',
  'packages/p/src/errors.ts': '',
  'packages/p/src/abort.ts': '',
  'packages/p/src/events/scope.ts': '',
  'packages/p/src/events/vocabulary.ts': '',
  'packages/p/src/protocols/protocol.ts': '',
  'packages/p/src/protocols/one.ts': '',
  'packages/p/src/protocols/two/decode.ts': '',
  'packages/p/src/protocols/two/schema.ts': '',
  'packages/p/src/fold.ts': '',
  'packages/p/src/run.ts': '',
}
const grown = (changed: Record<string, string>) =>
  growTree(
    { ...files, ...Object.fromEntries(Object.entries(changed).map(([path, text]) => [path.includes('/src/') ? path : `packages/p/src/${path}`, text])) },
    doors,
  )

test.each([
  ['down', 'run.ts', `import { a } from './fold.ts'`],
  ['to the left on one line', 'abort.ts', `import { a } from './errors.ts'`],
  ['inside a room', 'protocols/two/decode.ts', `import { a } from './schema.ts'`],
  ['to what protocols share', 'protocols/two/decode.ts', `import { a } from '../protocol.ts'`],
  ['to a listed name', 'fold.ts', `import { a } from './events/scope.ts'`],
  ['to a type where types are allowed', 'fold.ts', `import type { A } from './events/vocabulary.ts'`],
  ['to inline types where types are allowed', 'fold.ts', `import { type A, type B } from './events/vocabulary.ts'`],
  ['to a listed package', 'events/vocabulary.ts', `import * as z from 'zod/mini'`],
  ['to any door of a listed package', 'run.ts', `import { a } from 'hono/cors'`],
  ['from a test to anything', 'errors.test.ts', `import { a } from './run.ts'`],
  ['to data', 'errors.ts', `import a from './a.json'`],
])('an arrow %s is allowed', (_name, path, text) => expect(forbiddenArrows(grown({ [path]: text }), house)).toEqual([]))

test.each([
  ['up', 'errors.ts', `import { a } from './run.ts'`, 'Zero knows nothing.'],
  ['up, as a type', 'errors.ts', `import type { A } from './run.ts'`, 'Zero knows nothing.'],
  ['up, in a type', 'errors.ts', `export type A = import('./run.ts').A`, 'Zero knows nothing.'],
  ['up, later', 'errors.ts', `export const a = () => import('./run.ts')`, 'Zero knows nothing.'],
  ['up, handed on', 'errors.ts', `export { a } from './run.ts'`, 'Zero knows nothing.'],
  ['to the right on one line', 'errors.ts', `import { a } from './abort.ts'`, 'Zero knows nothing.'],
  ['to the right, of the more particular name', 'events/scope.ts', `import { a } from './vocabulary.ts'`, 'Events are zod/mini.'],
  ['to another protocol', 'protocols/two/decode.ts', `import { a } from '../one.ts'`, 'One protocol never imports another.'],
  ['down, past what is listed', 'fold.ts', `import { a } from './protocols/one.ts'`, 'Folding knows types.'],
  ['to a value where types are allowed', 'fold.ts', `import { a, type B } from './events/vocabulary.ts'`, 'Folding knows types.'],
  ['to a package nobody listed', 'events/vocabulary.ts', `import * as z from 'zod'`, 'Events are zod/mini.'],
  ['to a package with a longer name', 'run.ts', `import { a } from 'honolulu'`, 'Down only.'],
  ['to a Node built-in', 'run.ts', `import { a } from 'node:fs'`, 'Down only.'],
  ['to a door of its own house', 'run.ts', `import { a } from './index.ts'`, 'Down only.'],
])('an arrow %s is forbidden, and the law is named', (_name, path, text, law) => {
  const from = text.slice(text.indexOf("'") + 1, text.lastIndexOf("'"))
  const types = /import type|export type/.test(text) ? ' (types)' : ''
  expect(forbiddenArrows(grown({ [path]: text }), house)).toEqual([`packages/p/src/${path}:1 → ${from}${types}. ${law}`])
})

test('a file in no room is refused', () => {
  expect(forbiddenArrows(grown({ 'stray.ts': '', 'run.ts': `import './stray.ts'` }), house)).toEqual([
    'packages/p/src/stray.ts stands in no room. Put it in the picture first: add it to the table.',
  ])
})

test.each([
  ['a path past the doors', 'apps/demo/src/a.ts', `import { a } from '@agentstream/p/src/run.ts'`],
  ['a way over the fence', 'e2e/a.spec.ts', `import { a } from '../packages/p/src/run.ts'`],
  ['a way over the fence, from a test', 'packages/q/src/a.test.ts', `import { a } from '../../p/src/run.ts'`],
])('%s is refused', (_name, path, text) => {
  const tree = growTree({ ...files, [path]: text }, doors)
  expect(walls(tree)).toEqual([expect.stringContaining('Packages are entered through their doors only.')])
})

test('doors, own files and other packages are no wall', () => {
  const text = `import '@agentstream/p/wire'; import './b.ts'; import 'react'`
  expect(walls(growTree({ ...files, 'apps/demo/src/a.ts': text, 'apps/demo/src/b.ts': '' }, doors))).toEqual([])
})

test('a circle is found once, even one of types', () => {
  const tree = growTree({
    'a.ts': `import './b.ts'`,
    'b.ts': `import type { C } from './c.ts'`,
    'c.ts': `import './b.ts'; import './d.ts'`,
    'd.ts': '',
    'e.ts': `import './a.ts'`,
  })
  expect(knots(tree)).toEqual(['b.ts → c.ts → b.ts. No import leads back to where it started.'])
  expect(knots(growTree({ 'a.ts': `import './a.ts'` }))).toHaveLength(1)
  expect(knots(growTree({ 'a.ts': `import './b.ts'; import './c.ts'`, 'b.ts': `import './c.ts'`, 'c.ts': '' }))).toEqual([])
})

test('a Node built-in is found behind a door of another package, with the way to it', () => {
  const tree = growTree(
    {
      'packages/q/src/index.ts': `export { a } from './a.ts'`,
      'packages/q/src/a.ts': `import '@agentstream/p'`,
      'packages/p/src/index.ts': `import 'fs/promises'`,
      'packages/q/src/unreached.ts': `import 'node:fs'`,
    },
    { '@agentstream/q': 'packages/q/src/index.ts', '@agentstream/p': 'packages/p/src/index.ts' },
  )
  expect(builtinsBehindDoors(tree)).toEqual([
    '@agentstream/q: packages/q/src/index.ts → packages/q/src/a.ts → packages/p/src/index.ts → fs/promises. No Node built-ins anywhere behind a door.',
    '@agentstream/p: packages/p/src/index.ts → fs/promises. No Node built-ins anywhere behind a door.',
  ])
})

test('a file may have as many lines as the limit, and not one more', () => {
  expect(tooLong(growTree({ 'a.ts': '\n'.repeat(300) }), 300)).toEqual([])
  expect(tooLong(growTree({ 'a.ts': '\n'.repeat(301) }), 300)).toEqual([expect.stringContaining('a.ts has 301 lines.')])
})

test.each([
  ['if', 'if (a) b()'],
  ['else if', 'if (a) b(); else if (c) d()', 3],
  ['for', 'for (;;) b()'],
  ['for in', 'for (const k in a) b()'],
  ['for of', 'for (const k of a) b()'],
  ['while', 'while (a) b()'],
  ['do', 'do b(); while (a)'],
  ['case, but not default', 'switch (a) { case 1: case 2: b(); break; default: c() }', 3],
  ['catch', 'try { a() } catch { b() }'],
  ['the conditional operator', 'return a ? b : c'],
  ['&& and || and ??', 'return a && b || (c ?? d)', 4],
  ['??= and ||= and &&=', 'a ??= b; a ||= b; a &&= b', 4],
])('%s counts as branching', (_name, body, branching = 2) => {
  const tree = growTree({ 'a.ts': `function f() {\n${body}\n}` })
  expect(tooBranched(tree, branching)).toEqual([])
  expect(tooBranched(tree, branching - 1)).toEqual([expect.stringContaining(`a.ts:1 f branches ${branching} times.`)])
})

test('nothing else counts as branching', () => {
  expect(tooBranched(growTree({ 'a.ts': `function f(b = 1) { a?.b; a += b; try { a() } finally { b() } }` }), 1)).toEqual([])
})

test('a nested function branches on its own', () => {
  const tree = growTree({ 'a.ts': `function f() { if (a) b(); return () => { if (a) b(); if (c) d() } }` })
  expect(tooBranched(tree, 1)).toEqual([expect.stringContaining('f branches 2 times'), expect.stringContaining('a function branches 3 times')])
})

test('any, !, foreign errors, and doors that do more than re-export', () => {
  const tree = grown({
    'errors.ts': `export * from './abort.ts'\nexport const a: any = 1\nexport const b = a!.c\nthrow new Error('x')\nthrow new TypeError('x')\nthrow new Ours('x')\nexport const d = { get e() { return 1 } }`,
    'index.ts': `export { a } from './errors.ts'\nexport * from './abort.ts'\nexport const c = 1\nimport './run.ts'\nconsole.log(1)`,
    'a.test.ts': `throw new Error('x')`,
  })
  expect(findings(tree)).toEqual([
    'packages/p/src/index.ts:3 A door re-exports and does nothing else.',
    'packages/p/src/index.ts:5 A door re-exports and does nothing else.',
    'packages/p/src/index.ts:2 Public means listed by hand: no `export *`.',
    'packages/p/src/errors.ts:2 No `any`: parse at the border and trust inside.',
    'packages/p/src/errors.ts:3 No non-null `!`: parse at the border and trust inside.',
    'packages/p/src/errors.ts:4 Throw only our errors.',
    'packages/p/src/errors.ts:5 Throw only our errors.',
    expect.stringMatching('^packages/p/src/errors.ts:7 An object with an accessor '),
  ])
})

test('a file that does not parse is named', () => {
  expect(() => growTree({ 'a.ts': 'const = 1' })).toThrow('a.ts: ')
})
