import { expect, test } from 'vitest'
import * as door from './ollama.ts'

test('the ollama door exports these names', () => {
  expect(Object.keys(door)).toEqual(['ollama', 'ollamaChat'])
})
