import { expect, test } from 'vitest'
import * as door from './ai-sdk.ts'

test('the ai-sdk door exports these names', () => {
  expect(Object.keys(door)).toEqual(['aiSdk'])
})
