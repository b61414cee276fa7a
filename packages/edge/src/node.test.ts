import { expect, test } from 'vitest'
import * as door from './node.ts'

test('the node door exports these names', () => {
  expect(Object.keys(door).sort()).toEqual(['nodeListener', 'nodeUpgrade'])
})
