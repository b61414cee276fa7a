import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dawpVectors } from '../../test/dawp-vectors.ts'
import { createTriggerMemory, isMarker, markerLines, type StepOutcome, stepOutcome, withoutThinking } from './markers.ts'
import { isTruthy, pythonInteger, splitLines, strip } from './python-text.ts'

test('S28: markers are found where upstream finds them', () => {
  const vectors = dawpVectors<{ text: string; marker: string; detected: boolean }>('dawp-markers')
  expect(vectors.map(({ text, marker }) => ({ text, marker, detected: markerLines(text).has(marker) }))).toEqual(vectors)
})

test('what can be a marker', () => {
  const vectors = dawpVectors<{ token: string; valid: boolean }>('dawp-marker-format')
  expect(vectors.map(({ token }) => ({ token, valid: isMarker(token) }))).toEqual(vectors)
})

test('S28: what a turn means for its step', () => {
  interface Vector {
    text: string
    is_last: boolean
    step_marker: string
    run_marker: string
    outcome: StepOutcome
  }
  const vectors = dawpVectors<Vector>('dawp-step-outcome')
  const ours = vectors.map((vector) => {
    const markers = { stepMarker: vector.step_marker, runMarker: vector.run_marker, isLast: vector.is_last }
    return { ...vector, outcome: stepOutcome(vector.text, markers) }
  })
  expect(ours).toEqual(vectors)
})

test('a trigger fires once or every time', () => {
  const vectors = dawpVectors<{ trigger: string; trigger_once: boolean; replies: string[]; fired: boolean[] }>('dawp-trigger')
  const ours = vectors.map((vector) => {
    const memory = createTriggerMemory()
    return { ...vector, fired: vector.replies.map((text) => memory.fires(text, { token: vector.trigger, once: vector.trigger_once })) }
  })
  expect(ours).toEqual(vectors)
})

describe('text as Python cuts it', () => {
  test('lines', () => {
    expect(splitLines('a\r\nb\rc\vd\fe\x1cf\x85g\u2028h\n')).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(splitLines('')).toEqual([])
    expect(splitLines('\n\n')).toEqual(['', ''])
  })

  test('blanks', () => {
    expect(strip('\x1f\x85\xa0\u3000a b\u2003\n')).toBe('a b')
    expect(strip('\ufeffa\u200b')).toBe('\ufeffa\u200b')
  })

  test('what is true, and what is a whole number', () => {
    expect(['', 0, false, null, undefined, [], new Map()].filter(isTruthy)).toEqual([])
    expect(['false', -1, Number.NaN, [0], new Map([[0, 0]])].filter((value) => !isTruthy(value))).toEqual([])
    expect([' 3 ', '-2', 2.9, true].map(pythonInteger)).toEqual([3, -2, 2, 1])
    expect(['2.5', 'lots', '', Number.POSITIVE_INFINITY, [1]].map(pythonInteger)).toEqual(Array(5).fill(undefined))
  })
})

test('thinking is taken out exactly as the lazy expression of upstream would', () => {
  const piece = fc.constantFrom('<thinking>', '</thinking>', '<THINKING>', '<think>', 'a', '\n', '<', '<P_OK>', '</thinking')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      expect(withoutThinking(text)).toBe(text.replace(/<thinking>.*?<\/thinking>/gis, ''))
    }),
  )
})

test.each([
  ['unclosed thinking', (size: number) => '<thinking>'.repeat(size / 10)],
  ['thinking that closes and opens', (size: number) => '<thinking></thinking>'.repeat(size / 20)],
  ['one line of blanks', (size: number) => `a${' '.repeat(size)}b`],
  ['lines of blanks', (size: number) => ' \n'.repeat(size / 2)],
  ['fences', (size: number) => '```\n'.repeat(size / 4)],
])('X9: a million characters of %s are read in no time', (_name, make) => {
  // By what takes the square of its input this would be an hour's work, and time out.
  expect(markerLines(make(1_000_000)).has('<P_OK>')).toBe(false)
})
