import { expect, test } from 'vitest'
import * as door from './bun.ts'

test('the bun door exports these names', () => {
  expect(Object.keys(door).sort()).toEqual(['bunSocketListeners', 'bunUpgrade'])
})
