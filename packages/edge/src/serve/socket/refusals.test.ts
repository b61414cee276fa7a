/** What a socket does not do, and for whom. */
import { HttpError } from '@agentstream/client'
import { expect, test } from 'vitest'
import { clientOf, listen, start, talk, untilStopped, words } from '../../../test/sockets.ts'

test('X13 tokens travel in the first message: authorize sees them, addresses and handshakes do not', async () => {
  const addresses: (string | null)[] = []
  const place = await listen(words, {
    authorize(request) {
      addresses.push(request.url, request.headers.get('sec-websocket-protocol'))
      return request.headers.get('authorization') === 'Bearer secret' ? 'ada' : new Response('who?', { status: 401 })
    },
  })
  const { status } = await clientOf(place, { headers: { authorization: 'Bearer secret' } })
    .run('go')
    .result()
  expect(status).toBe('completed')
  const refused = await clientOf(place, { headers: { authorization: 'Bearer other' } })
    .run('go')
    .result()
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(HttpError)
  expect(refused).toMatchObject({ status: 401, body: 'who?', retryable: false })
  expect(new Set(addresses)).toEqual(new Set([`${place.url}/agents/default/runs`, null]))
})

test('X13 a token offered as a subprotocol is refused, not echoed', async () => {
  const place = await listen(words)
  expect(await talk(place, [start()], { protocols: ['bearer.secret'] })).toEqual({ heard: [], status: 400 })
})

test.each([
  ['another origin', 'https://evil.example', 403],
  ['a sandboxed page', 'null', 403],
  ['an origin that ends alike', 'http://127.0.0.1.evil.example', 403],
])('X13 a page of %s opens no socket', async (_, origin, status) => {
  expect(await talk(await listen(words), [start()], { headers: { origin } })).toEqual({ heard: [], status })
})

test('X13 a page of the server itself, and of a listed origin, opens a socket', async () => {
  const place = await listen(words, { cors: { origins: ['https://app.example', '*'] } })
  for (const origin of [place.origin, 'https://app.example']) {
    expect(await talk(place, [start({ run_id: origin.length.toString() })], { headers: { origin } })).toMatchObject({ code: 1000 })
  }
  expect(await talk(place, [start()], { headers: { origin: 'https://other.example' } })).toMatchObject({ status: 403 })
})

test('X13 a message adds only headers that were meant to be added, and changes none', async () => {
  const seen: (string | null)[] = []
  const authorize = ({ headers }: Request): string => {
    seen.push(headers.get('authorization'), headers.get('x-key'))
    return 'ada'
  }
  const place = await listen(words, { authorize, sockets: { headers: ['Authorization', 'X-Key'] } })
  await talk(place, [start({ headers: { Authorization: 'mine', 'X-Key': 'k' } })], { headers: { authorization: 'of the proxy' } })
  expect(seen).toEqual(['of the proxy', 'k'])
  const forged = await talk(place, [start({ run_id: 'q', headers: { 'x-authenticated-user': 'admin' } })])
  expect([forged.code, forged.heard.join()]).toEqual([4400, expect.stringContaining('headers.x-authenticated-user: a message cannot add this header')])
  expect(seen).toHaveLength(2)
})

test.each([
  ['no JSON', ['{'], 4400],
  ['no start', ['{"type":"dance"}'], 4400],
  ['a start that HTTP would refuse', ['{"type":"start","task":{}}'], 4400],
  ['a run nobody knows', ['{"type":"attach","run_id":"x"}'], 4404],
  ['a second run on one socket', [start(), '{"type":"start"}'], 4400],
  ['more than fits', [start({ context: 'x'.repeat(2000) })], 1009],
])('%s is refused with the answer of HTTP, and the close says whether to try again', async (_, messages, code) => {
  const { heard, ...closing } = await talk(await listen(untilStopped, { maxBodyBytes: 1000 }), messages)
  const status = code === 1009 ? 413 : code - 4000
  expect([heard.at(-1), closing]).toEqual([expect.stringContaining(`{"$event":"refused","status":${status},"body":"{\\"error\\":`), { code }])
})

test('an unknown agent and too many runs are told apart: only one of them is worth another try', async () => {
  const place = await listen(untilStopped, { maxConcurrentRuns: 1 })
  expect(await talk(place, [start()], { path: '/agents/b/socket' })).toMatchObject({ code: 4404 })
  const run = clientOf(place).run('go')
  for await (const { type } of run) if (type === 'token') break
  const { heard, code } = await talk(place, [start()])
  expect([code, heard.join()]).toEqual([1013, expect.stringContaining('"status":429')])
  expect(heard.join()).toContain('"retry_after":"5"')
  await run.cancel()
})

test('a socket that says nothing is closed', async () => {
  const { heard, code } = await talk(await listen(words, { sockets: { firstMessageTimeoutMs: 1 } }), [])
  expect([code, heard.join()]).toEqual([1013, expect.stringContaining('"status":408')])
})

test('a plain request to the address, and a handshake elsewhere, are told what is there', async () => {
  const place = await listen(words)
  expect((await fetch(`${place.url}/agents/a/socket`)).status).toBe(426)
  expect(await talk(place, [], { path: '/elsewhere' })).toMatchObject({ status: 404 })
})
