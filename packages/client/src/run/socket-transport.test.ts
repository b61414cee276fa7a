import { afterEach, describe, expect, test, vi } from 'vitest'
import { HttpError, LimitError, ProtocolError, StreamInterruptedError } from '../errors.ts'
import { type ClientSocket, socketTransport, type TransportRequest } from '../index.ts'

const limits = { eventBytes: 1000, runBytes: 10_000 }
const start = (more: Partial<TransportRequest> = {}): TransportRequest => ({
  method: 'POST',
  url: 'https://agents.test/api/agents/pilot/runs',
  headers: async () => new Headers({ authorization: 'Bearer secret' }),
  body: { run_id: 'r', task: { description: 'go' } },
  limits,
  ...more,
})
const follow = (headers: HeadersInit = {}, url = 'https://agents.test/api/runs/r/events'): TransportRequest => ({
  method: 'GET',
  url,
  headers: async () => new Headers(headers),
  limits,
})
const stop: TransportRequest = { method: 'DELETE', url: 'https://agents.test/api/runs/r', headers: async () => new Headers(), limits }

/** Sockets whose other end is the test. */
function scripted(options: { windowLength?: number } = {}) {
  const sockets: ScriptedSocket[] = []
  const asked: string[] = []
  class ScriptedSocket extends EventTarget {
    readonly dialled: unknown[]
    readonly said: unknown[] = []
    isClosed = false
    constructor(...dialled: unknown[]) {
      super()
      this.dialled = dialled
      sockets.push(this)
    }
    send(text: string): void {
      this.said.push(JSON.parse(text))
    }
    close(): void {
      this.isClosed = true
    }
    open(): void {
      this.dispatchEvent(new Event('open'))
    }
    tell(...data: unknown[]): void {
      for (const each of data) this.dispatchEvent(new MessageEvent('message', { data: each }))
    }
    end(code: number, reason = ''): void {
      this.dispatchEvent(Object.assign(new Event('close'), { code, reason }))
    }
  }
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(`${init?.method} ${input}`)
    return Response.json({ outcome: 'already_finished' })
  }
  const transport = socketTransport({ WebSocket: ScriptedSocket as unknown as new (url: string) => ClientSocket, fetch, ...options })
  const dialled = async (count = 1): Promise<ScriptedSocket> => {
    await vi.waitFor(() => expect(sockets).toHaveLength(count))
    const socket = sockets[count - 1]
    if (!socket) throw new ProtocolError('Nothing was dialled')
    return socket
  }
  /** A stream that is open, and its socket. */
  const opened = async (request = start(), signal = new AbortController().signal) => {
    const opening = transport.open(request, signal)
    const socket = await dialled(sockets.length + 1)
    socket.open()
    socket.tell('{"$event":"run","run_id":"r"}')
    return { socket, source: await opening }
  }
  return { transport, sockets, asked, dialled, opened }
}

const never = new AbortController().signal
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

afterEach(() => vi.unstubAllGlobals())

describe('what is dialled, and said first', () => {
  test('a start goes to its agent, with the app’s headers in the message; X13 nothing else is told to the address or as a subprotocol', async () => {
    const { sockets, opened } = scripted()
    const { source } = await opened()
    expect(sockets.map(({ dialled, said }) => ({ dialled, said }))).toEqual([
      {
        dialled: ['wss://agents.test/api/agents/pilot/socket'],
        said: [{ type: 'start', run_id: 'r', task: { description: 'go' }, headers: { authorization: 'Bearer secret' }, window: 65_536 }],
      },
    ])
    expect(source.isKept).toBe(true)
  })

  test('a follow is an attach, after the cursor that the headers or the address name', async () => {
    const { sockets, opened } = scripted({ windowLength: 10_000_000 })
    await opened(follow())
    await opened(follow({ 'last-event-id': 'e-4', 'x-key': 'k' }))
    await opened(follow({}, 'http://agents.test/runs/r/events?after=e-5'))
    expect(sockets.map(({ dialled, said }) => [dialled[0], said[0]])).toEqual([
      ['wss://agents.test/api/agents/default/socket', { type: 'attach', run_id: 'r', window: 1_048_576 }],
      ['wss://agents.test/api/agents/default/socket', { type: 'attach', run_id: 'r', after: 'e-4', headers: { 'x-key': 'k' }, window: 1_048_576 }],
      ['ws://agents.test/agents/default/socket', { type: 'attach', run_id: 'r', after: 'e-5', window: 1_048_576 }],
    ])
  })

  test('a path is one of the page’s own origin', async () => {
    vi.stubGlobal('location', { href: 'https://page.test/app/' })
    const { transport, dialled } = scripted()
    void failureOf(transport.open(start({ url: '/api/agents/default/runs' }), never))
    expect((await dialled()).dialled).toEqual(['wss://page.test/api/agents/default/socket'])
  })

  test('what no socket leads to, and a runtime without sockets, are said so', async () => {
    expect(await failureOf(scripted().transport.open(start({ url: 'https://agents.test/chat' }), never))).toBeInstanceOf(ProtocolError)
    vi.stubGlobal('WebSocket', undefined)
    expect(await failureOf(socketTransport().open(start(), never))).toMatchObject({ code: 'protocol', retryable: false })
  })
})

describe('frames', () => {
  test('one message is one frame; an empty one is a sign of life', async () => {
    const { socket, source } = await scripted().opened()
    socket.tell('{"$id":"e-1","type":"started"}', '', '{"$event":"end","outcome":"completed"}')
    socket.end(1000)
    const batches: unknown[] = []
    await source.drive((batch) => void batches.push(batch))
    expect(batches).toEqual([[{ id: 'e-1', data: '{"type":"started"}' }], [], [{ event: 'end', data: '{"outcome":"completed"}' }], []])
  })

  test('what was read is acknowledged, once per half a window; what waits is not', async () => {
    const { socket, source } = await scripted({ windowLength: 100 }).opened()
    const text = `{"$id":"e-1","x":"${'x'.repeat(20)}"}`
    for (let n = 0; n < 6; n++) socket.tell(text)
    const acknowledged = (): unknown[] => socket.said.slice(1)
    expect(acknowledged()).toEqual([])
    for (let n = 0; n < 2; n++) await source.read()
    expect(acknowledged()).toEqual([])
    for (let n = 0; n < 3; n++) await source.read()
    expect(acknowledged()).toEqual([{ type: 'ack', received: 5 * text.length }])
    socket.tell(text, text)
    for (let n = 0; n < 3; n++) await source.read()
    expect(acknowledged().slice(1)).toEqual([{ type: 'ack', received: 7 * text.length }])
  })

  test.each([
    ['a message', { ...limits, eventBytes: 20 }],
    ['a run', { ...limits, runBytes: 40 }],
  ])('%s over its limit is a LimitError, after what had arrived before, and the socket is closed', async (_, tight) => {
    const { socket, source } = await scripted().opened(start({ limits: tight }))
    socket.tell('{"type":"started"}', `{"x":"${'x'.repeat(30)}"}`)
    expect(await source.read()).toEqual([{ data: '{"type":"started"}' }])
    expect([await failureOf(source.read()), socket.isClosed]).toEqual([expect.any(LimitError), true])
  })

  test('the limit of a run counts all its connections', async () => {
    const { socket, source } = await scripted().opened(start({ tally: { bytes: 9_999 } }))
    socket.tell('{"type":"started"}')
    expect(await failureOf(source.read())).toBeInstanceOf(LimitError)
  })

  test.each([
    ['a message that is not text', new Uint8Array([1])],
    ['an id that is no JSON', '{"$id":"\\x","type":"started"}'],
  ])('%s is a protocol error', async (_, data) => {
    const { socket, source } = await scripted().opened()
    socket.tell(data)
    expect(await failureOf(source.read())).toBeInstanceOf(ProtocolError)
  })
})

describe('N57 close codes', () => {
  test.each([1002, 1003, 1007, 1008, 1009, 1010])('%i is a protocol error and never tried again', async (code) => {
    const { socket, source } = await scripted().opened()
    socket.end(code, 'because')
    expect(await failureOf(source.read())).toMatchObject({ name: 'ProtocolError', retryable: false, excerpt: 'because' })
  })

  test.each([4400, 4401, 4403, 4404, 4429, 4499])('%i is the status of HTTP and never tried again', async (code) => {
    const { socket, source } = await scripted().opened()
    socket.end(code, 'because')
    expect(await failureOf(source.read())).toMatchObject({ name: 'HttpError', status: code - 4000, retryable: false, body: 'because' })
  })

  test.each([1001, 1006, 1011, 1012, 1013, 1014, 1015, 4000, 4500])('%i may be tried again', async (code) => {
    const { socket, source } = await scripted().opened()
    socket.end(code)
    expect(await failureOf(source.read())).toBeInstanceOf(StreamInterruptedError)
  })

  test.each([1000, 1005])('%i is an end in order', async (code) => {
    const { socket, source } = await scripted().opened()
    socket.end(code)
    expect([await source.read(), await source.read()]).toEqual([[], undefined])
  })

  test('before an answer every end is a failure', async () => {
    for (const fail of ['end', 'error'] as const) {
      const { transport, dialled } = scripted()
      const opening = failureOf(transport.open(start(), never))
      const socket = await dialled()
      if (fail === 'end') socket.end(1000)
      else socket.dispatchEvent(new Event('error'))
      expect(await opening).toBeInstanceOf(StreamInterruptedError)
    }
  })

  test('a refusal is the error that HTTP would have been, with its body and its wait', async () => {
    const { transport, dialled } = scripted()
    const opening = failureOf(transport.open(start(), never))
    const socket = await dialled()
    socket.tell('{"$event":"refused","status":429,"body":"{\\"error\\":1}","retry_after":"5"}')
    socket.end(1013)
    const error = await opening
    expect(error).toBeInstanceOf(HttpError)
    expect(error).toMatchObject({ status: 429, body: '{"error":1}', retryAfterMs: 5000, retryable: true, url: 'wss://agents.test/api/agents/pilot/socket' })
  })
})

describe('leaving', () => {
  test('an abort before the socket is open closes it, and rejects with the reason', async () => {
    const { transport, dialled } = scripted()
    const leaving = new AbortController()
    const opening = failureOf(transport.open(start(), leaving.signal))
    const socket = await dialled()
    leaving.abort('enough')
    expect([await opening, socket.isClosed]).toEqual(['enough', true])
    socket.open()
    socket.tell('{"$event":"run"}')
    socket.dispatchEvent(new Event('error'))
    socket.end(1006)
    expect(socket.said).toEqual([])
  })

  test('an abort of an open stream closes the socket and ends the reading; what comes later is nothing', async () => {
    const leaving = new AbortController()
    const { socket, source } = await scripted().opened(start(), leaving.signal)
    const reading = failureOf(source.read())
    leaving.abort('enough')
    socket.tell('{"type":"started"}', new Uint8Array())
    expect([await reading, socket.isClosed]).toEqual(['enough', true])
  })

  test('an aborted signal dials nothing', async () => {
    const { transport, sockets } = scripted()
    expect([await failureOf(transport.open(start(), AbortSignal.abort('enough'))), sockets]).toEqual(['enough', []])
  })

  test('a reader that wants no more closes the socket', async () => {
    const { socket, source } = await scripted().opened()
    source.cancel()
    source.cancel()
    expect([socket.isClosed, await source.read()]).toEqual([true, undefined])
  })
})

describe('cancelling', () => {
  test('goes over the socket of the run, once, and answers its receipt', async () => {
    const { transport, asked, opened } = scripted()
    const { socket, source } = await opened()
    const receipts = Promise.all([transport.call(stop), transport.call(stop)])
    // The last frame overtook the receipt: the socket stays open for it.
    source.cancel()
    expect(socket.isClosed).toBe(false)
    socket.tell('{"$event":"receipt","outcome":"cancelled"}')
    expect(await receipts).toEqual([{ outcome: 'cancelled' }, { outcome: 'cancelled' }])
    await vi.waitFor(() => expect(socket.isClosed).toBe(true))
    expect([socket.said.slice(1), asked]).toEqual([[{ type: 'cancel' }], []])
  })

  test('goes over HTTP when the socket closes before the receipt, and when there is no socket', async () => {
    const { transport, asked, opened } = scripted()
    const { socket } = await opened()
    const receipt = transport.call(stop)
    socket.end(1006)
    expect(await receipt).toEqual({ outcome: 'already_finished' })
    await transport.call(stop)
    expect(asked).toEqual([`DELETE ${stop.url}`, `DELETE ${stop.url}`])
  })

  test('all other small requests go over HTTP', async () => {
    const { transport, asked, opened } = scripted()
    await opened()
    await transport.call({ ...start(), url: 'https://agents.test/api/runs/r/approvals/a' })
    expect(asked).toEqual(['POST https://agents.test/api/runs/r/approvals/a'])
  })
})
