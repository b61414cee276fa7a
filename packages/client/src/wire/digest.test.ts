import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyDigest, extendDigest, formatDigest, repeatedDigest } from './digest.ts'

test('a digest is that of FNV-1a, whatever is digested at once', () => {
  expect(['', 'a', 'foobar'].map((text) => formatDigest(extendDigest(emptyDigest, text)))).toEqual(['811c9dc5', 'e40c292c', 'bf9cf968'])
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      expect(extendDigest(extendDigest(emptyDigest, before), after)).toBe(extendDigest(emptyDigest, before + after))
    }),
  )
})

test('a text that comes again and again does what it would do alone, from the first time to the thousandth', () => {
  const digests = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), { minLength: 1 })
  const texts = fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 20 }))
  fc.assert(
    fc.property(texts, digests, (text, starts) => {
      const extend = repeatedDigest(text)
      const differences = Array.from({ length: 1_000 }, (_, use) => starts[use % starts.length] ?? 0).filter(
        (digest) => formatDigest(extend(digest)) !== formatDigest(extendDigest(digest, text)),
      )
      expect(differences).toEqual([])
    }),
  )
})
