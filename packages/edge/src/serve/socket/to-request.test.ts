import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMessage, parseOpening } from './messages.ts'
import { mergeHeaders, toRequest } from './to-request.ts'

const signal = new AbortController().signal
const url = 'https://agents.test/api/agents/pilot%20two/socket?protocol=other'
const headers = new Headers({ cookie: 'session=1' })

test('each first message is the request of the same meaning', async () => {
  const asked = async (text: string): Promise<unknown> => {
    const opening = parseOpening(text)
    if ('problem' in opening) return opening.problem
    const request = toRequest(opening.value, { url, headers, signal, text })
    return [request.method, request.url, Object.fromEntries(request.headers), await request.text()]
  }
  const start = '{"type":"start","run_id":"r","task":{"description":"go"}}'
  expect(await asked(start)).toEqual([
    'POST',
    'https://agents.test/api/agents/pilot%20two/runs',
    { cookie: 'session=1', accept: 'application/x-ndjson', 'content-type': 'application/json' },
    start,
  ])
  expect(await asked('{"type":"attach","run_id":"a/../b","after":"e-1"}')).toEqual([
    'GET',
    'https://agents.test/api/runs/a%2F..%2Fb/events',
    { cookie: 'session=1', accept: 'application/x-ndjson', 'last-event-id': 'e-1' },
    '',
  ])
  expect(await asked('{"type":"cancel","run_id":"r"}')).toEqual(['DELETE', 'https://agents.test/api/runs/r', { cookie: 'session=1' }, ''])
})

test('X13 what belongs to the handshake goes no further, and only listed headers are added', () => {
  const handshake = new Headers({ upgrade: 'websocket', 'sec-websocket-key': 'k', 'sec-websocket-protocol': 'secret', 'last-event-id': 'e-9', cookie: 'c' })
  const merged = (added: Record<string, string>): unknown => {
    const result = mergeHeaders(handshake, added, ['authorization'])
    return 'problem' in result ? result.problem : Object.fromEntries(result.value)
  }
  expect(merged({ Authorization: 'Bearer a' })).toEqual({ authorization: 'Bearer a', cookie: 'c' })
  expect(merged({ 'x-user': 'admin' })).toBe('headers.x-user: a message cannot add this header')
  expect(merged({ authorization: 'a\r\nx-user: admin' })).toBe('headers.authorization: not a header value')
})

test('whatever is said is parsed or refused, never thrown', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ type: fc.constantFrom('start', 'attach', 'cancel', 'ack'), run_id: fc.anything() }).map((value) => JSON.stringify(value)),
  )
  fc.assert(
    fc.property(texts, (text) => {
      for (const parsed of [parseOpening(text), parseMessage(text)]) expect('value' in parsed || parsed.problem.length > 0).toBe(true)
    }),
  )
})
