import { expect, test } from 'vitest'
import * as door from './cloudflare.ts'

test('the cloudflare door exports these names', () => {
  expect(Object.keys(door).sort()).toEqual(['cloudflareUpgrade', 'createRunObject', 'durableObjectJournal', 'durableObjectSessionStore'])
})
