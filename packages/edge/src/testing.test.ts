import { expect, test } from 'vitest'
import * as door from './testing.ts'

test('the testing door exports a scripted model', () => {
  expect(Object.keys(door)).toContain('scriptedProvider')
})
