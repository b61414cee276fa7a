import { expect, test } from 'vitest'
import * as door from './anthropic.ts'

test('the anthropic door exports these names', () => {
  expect(Object.keys(door)).toEqual(['anthropic', 'anthropicMessages'])
})
