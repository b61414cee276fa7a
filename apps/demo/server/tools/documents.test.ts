import { expect, test } from 'vitest'
import { commentPassages, excerptOf, markdownPassages } from './documents.ts'
import { createLibrary, stem } from './library.ts'

test('a passage per heading, and none for a hash inside a fence', () => {
  const passages = markdownPassages('README.md', 'intro\n\n# One\ntext\n```sh\n# a comment\n```\n## Two\nmore')
  expect(passages.map(({ title, text }) => [title, text])).toEqual([
    ['README.md', 'intro'],
    ['One', 'text\n```sh\n# a comment\n```'],
    ['Two', 'more'],
  ])
})

test('a passage per documented export, and one for the file', () => {
  const source = '/** What the whole file is about, said once. */\nimport x\n\n/**\n * Does a useful thing.\n * Twice.\n */\nexport function useful() {}\n'
  expect(commentPassages('src/useful.ts', source).map(({ title, text }) => [title, text])).toEqual([
    ['useful.ts', 'What the whole file is about, said once.'],
    ['useful', 'Does a useful thing.\nTwice.'],
  ])
})

test('an excerpt begins at the sentence that was asked for', () => {
  expect(excerptOf('First this. A cursor names one entry. Then that.', ['cursor'])).toBe('A cursor names one entry. Then that.')
  expect(excerptOf(`${'word '.repeat(200)}cursor ${'word '.repeat(200)}`, ['cursor']).length).toBeLessThanOrEqual(262)
})

test('words are found in other forms of themselves', () => {
  const passages = markdownPassages('docs/stop.md', '# Stopping\nCancel a run, and its model stops.\n# Other\nNothing here.')
  const library = createLibrary(passages, { 'docs/stop.md': 'text' })
  expect(library.search('cancelling runs', 3)[0]).toMatchObject({ title: 'Stopping', page: 'docs/stop.md' })
  expect(library.page('stop')).toBe('text')
  expect(library.page('unicorn')).toBeUndefined()
  expect(['cancelling', 'truncated', 'resuming', 'hooks'].map(stem)).toEqual(['cancel', 'truncat', 'resum', 'hook'])
})
