import { LimitError } from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import { wholeBody } from './whole-body.ts'

const bytes = new TextEncoder().encode('{"a":"Grüße 🌍"}\n')

test('the body is one frame, when it ends, wherever it was cut', () => {
  for (let cut = 0; cut <= bytes.length; cut++) {
    const decoder = wholeBody.decoder()
    expect([...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut))]).toEqual([])
    expect(decoder.end()).toEqual([{ data: '{"a":"Grüße 🌍"}\n' }])
  }
})

test('S8: a body of nothing is no frame', () => {
  expect(wholeBody.decoder().end()).toEqual([])
})

test('S9: a body without end meets a limit', () => {
  expect(() => wholeBody.decoder({ eventBytes: 10 }).push(bytes)).toThrow(LimitError)
})
