import { describe, expect, test } from 'vitest'
import { findExpression } from './expression.ts'
import { planRounds, subjectOf } from './plan.ts'

const planned = (prompt: string) => planRounds(prompt).map((round) => round.map(({ tool, input }) => [tool, Object.values(input)[0]]))

describe('which tools a prompt asks for', () => {
  test.each<[string, unknown]>([
    ['What is 17.5% of 240 plus sqrt(2)?', [[['calculator', '(17.5 / 100) * 240 + sqrt(2)']]]],
    [
      'Compute 2^32 / 60 and look up what a cursor is',
      [
        [
          ['calculator', '2^32 / 60'],
          ['search_docs', 'cursor'],
        ],
      ],
    ],
    ['How does AgentStream notice a truncated run?', [[['search_docs', 'notice truncated run']]]],
    ['Write a slow report on cancelling', [[['slow_report', 'cancelling']]]],
    ['Search the docs for resuming, then write a report about it', [[['search_docs', 'resuming']], [['slow_report', 'resuming']]]],
    ['How many words are in the page unicorn?', [[['word_count', 'unicorn']]]],
    ['How many words does README.md have?', [[['word_count', 'README.md']]]],
    ['What is AgentStream?', [[['search_docs', 'agentstream']]]],
    ['hello', []],
    ['', []],
  ])('%s', (prompt, rounds) => {
    expect(planned(prompt)).toEqual(rounds)
  })
})

describe('arithmetic in a sentence', () => {
  test.each([
    ['(3+4)*5', '(3 + 4) * 5'],
    ['((3+4)*5', '(3 + 4) * 5'],
    ['square root of 144 times 2', 'sqrt(144) * 2'],
    ['how many is 5 miles in km', '5 miles to km'],
    ['1,250 * 3', '1250 * 3'],
    ['12 squared', '12^2'],
    ['max(1, 2, 3) + 1', 'max(1, 2, 3) + 1'],
  ])('%s', (sentence, expression) => {
    expect(findExpression(sentence)?.expression).toBe(expression)
  })
  test.each(['on 2026-03-04', 'version 1.2.3 - 4', 'AI SDK 5 - a comparison', 'How does e work', 'What is 7?', 'in a day'])('none in “%s”', (sentence) => {
    expect(findExpression(sentence)).toBeUndefined()
  })
})

test('the subject is what is left without fillers, and AgentStream only where nothing else is', () => {
  expect(subjectOf('Please tell me how the AgentStream journal works')).toBe('journal')
  expect(subjectOf('What is AgentStream?')).toBe('agentstream')
})
