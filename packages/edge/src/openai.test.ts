import { expect, test } from 'vitest'
import * as door from './openai.ts'

test('the openai door exports these names', () => {
  expect(Object.keys(door)).toEqual(['openai', 'openaiChat', 'openaiResponses'])
})
