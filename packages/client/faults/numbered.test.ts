import { describe, expect, test } from 'vitest'
import { immediately, ProtocolError, StreamInterruptedError } from '../src/index.ts'
import { emptyDigest, extendDigest, formatDigest, ndjson, sse } from '../src/wire.ts'
import { clientOf } from './support.ts'

describe('numbered streams', () => {
  const events = ['Hi', ' there', '!'].map((content) => JSON.stringify({ type: 'token', content })).concat('{"type":"completed","success":true}')
  const digest = formatDigest(events.reduce(extendDigest, emptyDigest))
  const frames = events.map((data, at) => ({ id: `e1-${at + 1}`, data }))
  const end = { event: 'end', data: JSON.stringify({ outcome: 'completed', cursor: 'e1-4', digest }) }

  type Sent = readonly { id?: string; event?: string; data: string }[]
  const runOf = async (sent: Sent, framing = sse, sentNext: Sent = sent) => {
    const responses = [sent, sentNext].map((told) => ({ headers: { 'content-type': framing.contentType }, body: told.map(framing.encode) }))
    const { client, requests } = clientOf(responses, undefined, { retry: { baseMs: 0, maxMs: 0 } })
    const run = client.run('x', { schedule: immediately })
    const error = await run.result().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    return {
      error,
      requests,
      state: run.getSnapshot(),
      text: run
        .getSnapshot()
        .main.parts.map((part) => ('text' in part ? part.text : ''))
        .join(''),
    }
  }

  test.each([sse, ndjson])('are verified by the digest in their last frame over $name', async (framing) => {
    const { error, state } = await runOf([...frames, end], framing)
    expect(error).toBeUndefined()
    expect(state).toMatchObject({ status: 'completed', integrity: 'verified', connection: { cursor: 'e1-4' } })
  })

  test('N16 N17: a repeated event is dropped', async () => {
    const { state, text } = await runOf([...frames.slice(0, 2), ...frames, end])
    expect(text).toBe('Hi there!')
    expect(state).toMatchObject({ status: 'completed', integrity: 'verified' })
  })

  test('N18: a gap that is there again when the rest is asked for is told, and nothing after it is shown', async () => {
    const { error, state, text, requests } = await runOf([...frames.slice(0, 1), ...frames.slice(2), end])
    expect(error).toBeInstanceOf(StreamInterruptedError)
    expect(error).toMatchObject({ message: 'Events 2 to 2 are missing', cursor: 'e1-1', partialResponse: 'Hi' })
    expect(state).toMatchObject({ status: 'truncated', integrity: 'broken' })
    expect(text).toBe('Hi')
    expect(requests.map(({ method, headers }) => [method, headers.get('last-event-id')])).toEqual([
      ['POST', null],
      ['GET', 'e1-1'],
    ])
  })

  test('N19: events in the wrong order are never shown in it', async () => {
    const [a, b, c, d] = frames
    if (!a || !b || !c || !d) throw new RangeError('four frames')
    const { state, text } = await runOf([a, c, b, d, end])
    expect(state.integrity).toBe('broken')
    expect('Hi there!'.startsWith(text)).toBe(true)
  })

  test('N27: an event without a number in between is not believed, and what follows it is asked for again', async () => {
    const { error, state, text, requests } = await runOf([...frames.slice(0, 1), { data: '{"type":"token","content":"?"}' }, ...frames.slice(1)], sse, [
      ...frames.slice(1),
      end,
    ])
    expect(error).toBeUndefined()
    expect(text).toBe('Hi there!')
    expect(state).toMatchObject({ status: 'completed', integrity: 'verified' })
    expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, 'e1-1'])
  })

  test('N18 N19: an event that follows one whose number was lost is not taken for told: it is asked for again', async () => {
    const [a, b, c, d] = frames
    if (!a || !b || !c || !d) throw new RangeError('four frames')
    const answers = [
      [a, { ...c, id: 'lost' }, b],
      [b, c, d, end],
    ].map((sent) => ({ headers: { 'content-type': sse.contentType }, body: sent.map(sse.encode) }))
    const { client, requests } = clientOf(answers, undefined, { retry: { baseMs: 0, maxMs: 0 } })
    const { text, state } = await client.run('x', { schedule: immediately }).result()
    expect({ text, integrity: state.integrity, events: state.counts.events }).toEqual({ text: 'Hi there!', integrity: 'verified', events: 4 })
    expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, 'e1-1'])
  })

  test('N25: another journal in the same stream is refused', async () => {
    const { error, state } = await runOf([...frames.slice(0, 2), { id: 'e2-3', data: '{"type":"token","content":"?"}' }])
    expect(error).toBeInstanceOf(ProtocolError)
    expect(state).toMatchObject({ status: 'failed', integrity: 'broken' })
  })

  test('a changed event is found by the digest, and no ending is believed', async () => {
    const { error, state } = await runOf([{ id: 'e1-1', data: '{"type":"token","content":"Ho"}' }, ...frames.slice(1), end])
    expect(error).toMatchObject({ message: 'Events were changed on the way: the digests differ' })
    expect(state).toMatchObject({ status: 'failed', integrity: 'broken' })
  })

  test('N20: opaque ids promise nothing and break nothing', async () => {
    const { state, text } = await runOf(frames.map(({ data }, at) => ({ id: `größe ${9 - at}`, data })))
    expect(text).toBe('Hi there!')
    expect(state).toMatchObject({ status: 'completed', integrity: 'unverified' })
  })

  test('N1: without the last frame they are truncated, whatever the agent had said of its result', async () => {
    const result = { id: 'e1-4', data: '{"type":"result","output":"Hi there!"}' }
    const { state } = await runOf([...frames.slice(0, 3), result])
    expect(state).toMatchObject({ status: 'truncated', output: 'Hi there!' })
  })

  test('the outcome in the last frame is the outcome', async () => {
    const { state, error } = await runOf([...frames.slice(0, 3), { event: 'end', data: '{"outcome":"truncated"}' }])
    expect(error).toBeUndefined()
    expect(state.status).toBe('truncated')
  })
})
