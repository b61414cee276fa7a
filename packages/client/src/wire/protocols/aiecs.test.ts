import { describe, expect, test } from 'vitest'
import { createAgentClient, selectText } from '../../index.ts'
import { scriptedFetch } from '../../testing.ts'
import { type AgentEvent, aiecs, aiecsRecovery, ProtocolError, pipe, sse, watchEnding } from '../../wire.ts'

const decode = (value: unknown) => aiecs.decoder().push({ data: typeof value === 'string' ? value : JSON.stringify(value) })
const call = { id: 'c1', function: { name: 'tide', arguments: '{}' } }

describe('names of older AIECS releases', () => {
  test.each([
    [{ type: 'tool_call_update', tool_call: call }, 'tool_call_delta'],
    [{ type: 'tool_calls', tool_calls: [call] }, 'tool_calls_ready'],
    [{ type: 'status', status: 'thinking', iteration: 2, max_iterations: 5, remaining: 3 }, 'iteration_start'],
    [{ type: 'status', status: 'started' }, 'status'],
  ])('%j is %s', (sent, type) => expect(decode(sent)).toMatchObject([{ ...sent, type }]))

  test('an object member is no older name', () => expect(decode({ type: 'constructor' })).toMatchObject([{ type: 'custom', name: 'constructor' }]))
})

test('N47: what nobody knows yet keeps its time and the loop it belongs to', () => {
  const sent = { type: 'cache_status', cache_hit: false, timestamp: '2026-03-04T09:15:00', loop_scope: { kind: 'dawp', run_id: 'dawp-1' } }
  const { timestamp, loop_scope } = sent
  expect(decode(sent)).toEqual([{ type: 'custom', name: 'cache_status', data: sent, timestamp, loop_scope }])
  expect(decode({ type: 'cache_status', timestamp: 3 })).toEqual([{ type: 'custom', name: 'cache_status', data: { type: 'cache_status', timestamp: 3 } }])
})
test('an empty frame is no event', () => expect(decode('')).toEqual([]))
test('X8: NaN from a careless host is null, and the run goes on', () =>
  expect(decode('{"type":"result","output":NaN}')).toEqual([{ type: 'result', output: null }]))
test('what is no JSON is a ProtocolError', () => expect(() => decode('{"type"')).toThrow(ProtocolError))

describe('attempts of a recovery', () => {
  const begun = { type: 'started' }
  const status = { type: 'status', status: 'started' }
  const scope = { kind: 'dawp', run_id: 'dawp-1' }
  const answer = (content: string, success = true): [object, object] => [
    { type: 'token', content },
    { type: 'result', success, output: content },
  ]
  const done = (success = true): object => ({ type: 'completed', success })
  const failed = { type: 'error', error: 'socket torn' }
  const recovered = (recovery: object): object => ({ type: 'recovery_result', recovery })
  const won = recovered({ success: true, errors: [], escalation_reason: null })
  const lost = recovered({ success: false, terminal_error: 'all recovery strategies failed', escalation_reason: null })
  const exhausted = recovered({ success: false, terminal_error: 'not verified', escalation_reason: 'verification_exhausted' })

  const read = (sent: readonly object[]): readonly AgentEvent[] => {
    const decoder = aiecsRecovery.decoder()
    return [...sent.flatMap((event) => decoder.push({ data: JSON.stringify(event) })), ...decoder.end()]
  }

  const first = answer('a', false)
  const [said, told] = answer('b')
  const again = { ...begun, attempt: 2 }

  test.each([
    ['one that succeeds', [begun, said, told, done(), won], [begun, said, won, told, done()]],
    [
      'the second succeeds: it says which it is, and the end of the first is not the end of the run',
      [begun, ...first, done(false), begun, said, told, done(), won],
      [begun, ...first, again, said, won, told, done()],
    ],
    [
      'of agents that end with their result',
      [status, ...first, status, said, told, won],
      [status, ...first, { ...again, status: 'started' }, said, won, told, { type: 'completed', success: true }],
    ],
    ['none succeeds, and one says why', [begun, failed, lost], [begun, lost, failed]],
    ['none succeeds, and the last says nothing', [begun, failed, begun, lost], [begun, again, lost, { ...failed, error: 'all recovery strategies failed' }]],
    ['none succeeds, and nobody says why', [begun, recovered({})], [begun, recovered({}), { ...failed, error: 'No attempt succeeded' }]],
    ['the verification is exhausted, and nothing follows', [begun, exhausted], [begun, exhausted, { ...failed, error: 'not verified' }]],
    ['the verification is exhausted, and another strategy follows', [begun, exhausted, begun, done(), won], [begun, exhausted, again, won, done()]],
    ['what a DAWP run says of itself is not held', [begun, { ...told, loop_scope: scope }], [begun, { ...told, loop_scope: scope }]],
    ['the stream closes before the recovery ends', [begun, said, told, done()], [begun, said]],
  ])('%s', (_, sent, events) => expect(read(sent)).toEqual(events))

  const sent = [begun, ...first, done(false), begun, said, told, done(), won]
  const wire = sent.map((event) => sse.encode({ data: JSON.stringify(event) })).join('')

  test('a run shows the last attempt and ends as it did', async () => {
    const { fetch } = scriptedFetch({ body: wire })
    const { status, output, state } = await createAgentClient({ url: '/api', fetch, protocol: aiecsRecovery }).run('x').result()
    const { verdict, diagnostics, counts } = state
    expect({ status, output, text: selectText(state), verdict, diagnostics, restarts: counts.restarts }).toEqual({
      status: 'completed',
      output: 'b',
      text: 'b',
      verdict: { success: true },
      diagnostics: [won],
      restarts: 1,
    })
  })

  test('cut at every byte it is truncated', () => {
    const bytes = new TextEncoder().encode(wire)
    for (let at = 0; at < bytes.length - 1; at++) {
      const stage = pipe(sse.decoder(), aiecsRecovery.decoder())
      const ending = watchEnding()
      for (const event of [...stage.push(bytes.subarray(0, at)), ...stage.end()]) ending.see(event)
      expect([at, ending.outcome({})]).toEqual([at, 'truncated'])
    }
  })
})
