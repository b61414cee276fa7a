import { expect, test } from 'vitest'
import * as door from './deno.ts'

test('the deno door exports these names', () => {
  expect(Object.keys(door).sort()).toEqual(['denoKvJournal', 'denoKvSessionStore', 'denoUpgrade'])
})
