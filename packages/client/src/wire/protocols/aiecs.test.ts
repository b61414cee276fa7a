import { describe, expect, test } from 'vitest'
import { aiecs, ProtocolError } from '../../wire.ts'

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
