import { expect, test } from 'vitest'
import { earlierTurns, wordsOf } from './earlier-turns.ts'

const call = { callId: 'c', toolName: 'tide', argumentsText: '{}', result: 'low' }

test('each question has what came of it until the next one, in order', () => {
  const turns = earlierTurns({
    messages: [
      { role: 'user', text: 'Tides?', images: [] },
      { role: 'assistant', text: 'Let me see.', toolCalls: [call] },
      { role: 'assistant', text: ' ', toolCalls: [] },
      { role: 'assistant', text: 'Low.', toolCalls: [] },
      { role: 'user', text: 'Thanks', images: [] },
    ],
  })
  expect(turns).toEqual([
    {
      question: 'Tides?',
      answer: [
        { kind: 'text', text: 'Let me see.' },
        { kind: 'call', call },
        { kind: 'text', text: 'Low.' },
      ],
    },
    { question: 'Thanks', answer: [] },
  ])
  expect(turns.map(wordsOf)).toEqual(['Let me see.\n\nLow.', ''])
})

test('nothing was said, and an answer to nothing is not shown', () => {
  expect(earlierTurns({ messages: [] })).toEqual([])
  expect(earlierTurns({ messages: [{ role: 'assistant', text: 'Low.', toolCalls: [] }] })).toEqual([])
})
