import { afterEach, describe, expect, test } from 'vitest'
import { createAgentClient, immediately, socketTransport } from '../src/index.ts'
import { emptyDigest, extendDigest, formatDigest } from '../src/wire.ts'
import { failOnUnhandled } from './support.ts'
import { acceptOf, type Conduct, type FaultyServer, head, type Line, serveFaults } from './websocket-server.ts'

failOnUnhandled()

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const events = ['{"type":"token","content":"Hello "}', '{"type":"token","content":"there ⛴️"}', '{"type":"completed","success":true,"execution_time":0}']
const messages = events.map((data, index) => `{"$id":"e-${index + 1}",${data.slice(1)}`)
const digest = formatDigest(events.reduce(extendDigest, emptyDigest))
const last = `{"$event":"end","outcome":"completed","cursor":"e-3","digest":"${digest}"}`
const opened = '{"$event":"run","run_id":"r"}'

const begin = (line: Line): void => {
  line.text(opened)
  for (const message of messages.slice(0, 2)) line.text(message)
}
const finish: Conduct = (line) => {
  for (const text of [opened, ...messages.slice(2), last]) line.text(text)
  line.close(1000)
}
const all: Conduct = (line) => {
  for (const text of [opened, ...messages, last]) line.text(text)
  line.close(1000)
}

async function runOf(conducts: readonly Conduct[], options: { accept?: (key: string, connection: number) => string; idleTimeoutMs?: number } = {}) {
  const { accept, ...rest } = options
  const server = await serveFaults(conducts, accept)
  closers.push(server.close)
  const client = createAgentClient({ url: server.url, transport: socketTransport(), retry: { attempts: 2, baseMs: 0, maxMs: 0 }, ...rest })
  const run = client.run('go', { runId: 'r', schedule: immediately })
  const error: unknown = await run.result().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  const { status, integrity, main } = run.getSnapshot()
  const text = main.parts.map((part) => ('text' in part ? part.text : '')).join('')
  return { error, ended: [status, integrity, text], server }
}

const whole = ['completed', 'verified', 'Hello there ⛴️']
const asked = ({ openings }: FaultyServer): unknown => openings.map(({ type, after }) => [type, after])
const utf8 = new TextEncoder()

describe('N57 over a WebSocket', () => {
  test('fragments, cut inside a character, with pings between them, are one message', async () => {
    const { ended, server } = await runOf([
      (line) => {
        line.text(opened)
        for (const message of [...messages, last]) {
          const bytes = utf8.encode(message)
          const middle = bytes.findIndex((byte) => byte > 127) + 1 || 5
          line.raw(Buffer.concat([head(1, middle, false), bytes.subarray(0, middle)]))
          line.ping()
          line.raw(Buffer.concat([head(0, bytes.length - middle), bytes.subarray(middle)]))
        }
        line.close(1000)
      },
    ])
    expect(ended).toEqual(whole)
    await expect.poll(() => server.lines[0]?.heard.pongs).toBe(4)
  })

  test.each<[string, Conduct]>([
    [
      'a cut',
      (line) => {
        begin(line)
        line.cut()
      },
    ],
    [
      'a cut inside a message',
      (line) => {
        begin(line)
        line.raw(Buffer.concat([head(1, 100), Buffer.from(messages[2] ?? '').subarray(0, 10)]))
        setImmediate(line.cut)
      },
    ],
    ...[1000, 1001, 1011, 1012, 1013].map((code): [string, Conduct] => [
      `close code ${code}`,
      (line) => {
        begin(line)
        line.close(code)
      },
    ]),
  ])('after %s the run goes on after the last cursor, on a new socket', async (_, conduct) => {
    const { ended, error, server } = await runOf([conduct, finish])
    expect([ended, error]).toEqual([whole, undefined])
    expect(asked(server)).toEqual([
      ['start', undefined],
      ['attach', 'e-2'],
    ])
  })

  test.each([
    [1008, { code: 'protocol' }],
    [4401, { code: 'http', status: 401 }],
    [4403, { code: 'http', status: 403 }],
    [4404, { code: 'http', status: 404 }],
  ])('close code %i is told, and never tried again', async (code, expected) => {
    const { ended, error, server } = await runOf([
      (line) => {
        begin(line)
        line.close(code)
      },
      finish,
    ])
    expect(error).toMatchObject({ ...expected, retryable: false })
    expect(ended).toEqual(['failed', 'unverified', 'Hello there ⛴️'])
    expect(asked(server)).toEqual([['start', undefined]])
  })

  test('a handshake that was not answered for us is no connection: it is tried again, then told', async () => {
    const spoilt = (key: string, connection: number): string => (connection === 0 ? 'bm90IGZvciB5b3U=' : acceptOf(key))
    expect((await runOf([all], { accept: spoilt })).ended).toEqual(whole)
    const { error, ended } = await runOf([all], { accept: () => 'bm90IGZvciB5b3U=' })
    expect(error).toMatchObject({ code: 'interrupted', retryable: true })
    expect(ended).toEqual(['truncated', 'unverified', ''])
  })

  test.each<[string, Uint8Array]>([
    ['text that is not UTF-8', Buffer.concat([head(1, 2), Buffer.from([0xc3, 0x28])])],
    ['a length that no memory holds', head(1, 2n ** 62n)],
    ['a frame of no known kind', Buffer.from([0x83, 0])],
    ['a frame with reserved bits', Buffer.from([0xf1, 0])],
  ])('%s is never shown: the run goes on, or says that it broke', async (_, bytes) => {
    const { ended, error } = await runOf([
      (line) => {
        begin(line)
        line.raw(bytes)
      },
      finish,
    ])
    if (error === undefined) expect(ended).toEqual(whole)
    else {
      expect(error).toMatchObject({ code: expect.stringMatching(/^(interrupted|protocol)$/) })
      expect(ended.slice(1)).toEqual(['unverified', 'Hello there ⛴️'])
    }
  })

  test('silence is noticed, and the run goes on on a new socket', async () => {
    const { ended, server } = await runOf([begin, finish], { idleTimeoutMs: 100 })
    expect(ended).toEqual(whole)
    expect(asked(server)).toEqual([
      ['start', undefined],
      ['attach', 'e-2'],
    ])
  })

  test('a server that neither says goodbye nor answers one does not hold the run', async () => {
    const { ended, error } = await runOf([
      (line) => {
        for (const text of [opened, ...messages, last]) line.text(text)
        line.ignoreGoodbyes()
      },
    ])
    expect([ended, error]).toEqual([whole, undefined])
  })

  test('a server that stays silent after the handshake is left', async () => {
    const { error } = await runOf([() => {}], { connectTimeoutMs: 100 } as object)
    expect(error).toMatchObject({ code: 'timeout', phase: 'connect' })
  })
})
