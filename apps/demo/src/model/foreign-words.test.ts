import { expect, test } from 'vitest'
import { foreignWords, lossesInWords } from './foreign-words.ts'

test('what each protocol loses is told in a sentence, out of its table', () => {
  const told = Object.entries(foreignWords).flatMap(([words, { losses }]) => (losses ? [[words, lossesInWords(losses)]] : []))
  expect(Object.fromEntries(told)).toEqual({
    'ag-ui': 'Of 38 kinds of events 14 arrive changed.',
    'ui-message-stream': 'Of 38 kinds of events 19 arrive changed.',
    a2a: 'Of 38 kinds of events 1 arrives changed.',
    'a2a-v1': 'Of 38 kinds of events 1 arrives changed.',
    agentor: 'Of 38 kinds of events 28 are lost and 10 arrive changed.',
    agenticraft: 'Of 38 kinds of events 32 are lost and 6 arrive changed.',
  })
})

test('a table that keeps everything says so', () => {
  expect(lossesInWords({ protocol: 'any', events: { token: 'kept' }, others: 'kept' })).toBe('Every kind of event arrives as it is.')
})
