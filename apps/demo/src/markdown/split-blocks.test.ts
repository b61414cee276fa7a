import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBlockSplitter } from './split-blocks.ts'

const whole = ({ groups, tail }: ReturnType<ReturnType<typeof createBlockSplitter>['update']>) => [...groups.flat(), tail]
const split = (text: string) => whole(createBlockSplitter().update(text)).filter((block) => block !== '')

test('a blank line ends a block, and its successor begins the next', () => {
  expect(split('# One\n\nTwo\nlines\n\nThree')).toEqual(['# One\n\n', 'Two\nlines\n\n', 'Three'])
})

test('a fence is one block, whatever stands in it', () => {
  expect(split('```ts\na\n\n# no heading\n```\nafter')).toEqual(['```ts\na\n\n# no heading\n```\n', 'after'])
  expect(split('````\n```\n\n```\n````\nafter')).toEqual(['````\n```\n\n```\n````\n', 'after'])
})

test('an open fence says so', () => {
  const splitter = createBlockSplitter()
  expect(splitter.update('text\n\n~~~js\nlet').fenced).toBe(true)
  expect(splitter.update('text\n\n~~~js\nlet\n~~~\n')).toMatchObject({ fenced: false, tail: '' })
})

test('what is indented after a blank line still belongs to the list', () => {
  expect(split('- one\n\n  more of one\n\nnot the list')).toEqual(['- one\n\n  more of one\n\n', 'not the list'])
})

test('a text that did not grow from the last one is split anew', () => {
  const splitter = createBlockSplitter()
  splitter.update('first\n\nsecond')
  expect(whole(splitter.update('other'))).toEqual(['other'])
})

const line = fc.constantFrom('', 'word', '  indented', '- item', '1. item', '```', '```ts', '~~~', '# head', '| a | b |', '> quote', '\t', '`code`')
const text = fc.oneof(
  fc.string(),
  fc.array(line).map((lines) => lines.join('\n')),
)

test('property: the blocks and the tail, joined, are the text', () => {
  fc.assert(fc.property(text, (source) => split(source).join('') === source))
})

test('property: in pieces of any size the blocks are the same, and a finished block never changes', () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(8)), (source, sizes) => {
      const splitter = createBlockSplitter()
      let before: readonly string[] = []
      let end = 0
      for (const size of [...sizes, source.length]) {
        end = Math.min(source.length, end + size)
        const { groups, tail } = splitter.update(source.slice(0, end))
        const blocks = groups.flat()
        expect(blocks.slice(0, before.length)).toEqual(before)
        expect([...blocks, tail].join('')).toBe(source.slice(0, end))
        before = blocks
      }
      expect(splitter.update(source)).toEqual(createBlockSplitter().update(source))
    }),
  )
})

test('a full group keeps its identity while the text grows', () => {
  const splitter = createBlockSplitter()
  const long = 'block\n\n'.repeat(60)
  const [first] = splitter.update(long).groups
  expect(splitter.update(`${long}more\n\nand more`).groups[0]).toBe(first)
})
