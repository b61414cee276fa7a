import { describe, expect, test } from 'vitest'
import { createAgentClient } from './client.ts'
import { scriptedFetch } from './testing.ts'
import { textOf } from './text-of.ts'
import type { AgentEvent } from './wire.ts'

const token = (content: string, more: object = {}): AgentEvent => ({ type: 'token', content, ...more })
const dawp = { loop_scope: { kind: 'dawp', run_id: 'd' } }

/** The pieces that came, and what ended them. */
async function read(events: Iterable<AgentEvent>) {
  async function* source() {
    yield* events
  }
  const pieces: string[] = []
  try {
    for await (const piece of textOf(source())) pieces.push(piece)
    return { pieces, error: undefined }
  } catch (error) {
    return { pieces, error }
  }
}

test('AI-04 the text of the main loop, piece by piece', async () => {
  const events: AgentEvent[] = [
    { type: 'started' },
    token('A'),
    token('hidden', dawp),
    { type: 'thinking_token', content: 'hm' },
    token('B'),
    { type: 'completed' },
  ]
  expect(await read(events)).toEqual({ pieces: ['A', 'B'], error: undefined })
})

describe('how it ended is not lost', () => {
  test.each<[string, AgentEvent[], object | undefined]>([
    ['an agent without `completed`', [token('A'), { type: 'result', output: 'A' }], undefined],
    ['a cancelled run', [token('A'), { type: 'cancelled', by: 'user' }], undefined],
    ['a failed one', [token('A'), { type: 'error', error: 'no model', retryable: true }], { code: 'agent', message: 'no model', retryable: true }],
    ['one that did not succeed', [token('A'), { type: 'result', success: false }], { code: 'agent', message: 'The agent reported that it did not succeed' }],
    ['one that was cut', [token('A')], { code: 'interrupted', retryable: true }],
    ['one cut before its `completed`', [token('A'), { type: 'iteration_start', iteration: 1 }, { type: 'result' }], { code: 'interrupted' }],
  ])('%s', async (_, events, error) => {
    const ended = await read(events)
    expect(ended.pieces).toEqual(['A'])
    if (error) expect(ended.error).toMatchObject(error)
    else expect(ended.error).toBeUndefined()
  })
})

test('the text of a stream: leaving the loop cancels the run', async () => {
  const { fetch, requests } = scriptedFetch(
    { body: 'data: {"type":"token","content":"A"}\n\n', hangs: true },
    { headers: { 'content-type': 'application/json' }, body: '{}' },
  )
  for await (const piece of textOf(createAgentClient({ url: '/api', fetch }).stream('Hi'))) {
    expect(piece).toBe('A')
    break
  }
  expect(requests.map(({ method }) => method)).toEqual(['POST', 'DELETE'])
})
