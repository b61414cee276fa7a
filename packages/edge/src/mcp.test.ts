import { expect, test } from 'vitest'
import * as door from './mcp.ts'

test('the mcp door exports these names', () => {
  expect(Object.keys(door)).toEqual(['mcpTools'])
})
