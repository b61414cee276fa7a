/** Our client and our handler, over real sockets. */
import { createAgentClient, type RunState, socketTransport } from '@agentstream/client'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { clientOf, listen, start, talk, untilStopped, words } from '../../../test/sockets.ts'

const said = ({ status, integrity, output }: RunState): unknown => ({ status, integrity, output })

test('a run over a socket is the run it is over HTTP, and verified', async () => {
  const run = clientOf(await listen(words)).run('go')
  const { state, text } = await run.result()
  expect([said(state), text]).toEqual([{ status: 'completed', integrity: 'verified', output: 'Hello there ⛴️' }, 'Hello there ⛴️'])
})

test('every message is one frame, and one that holds no event has a name', async () => {
  const { heard, code } = await talk(await listen(words), [start()])
  const texts = heard
    .filter((text) => text !== '')
    .map((text) => text.replace(/[A-Za-z0-9]+-(\d)"/, 'e-$1"').replace(/"(timestamp|digest|cursor)":"[^"]*"/g, '"$1":""'))
  expect([texts.map((text) => JSON.parse(text)), code]).toEqual([
    [
      { $event: 'run', run_id: 'r' },
      { $id: 'e-1', type: 'token', content: 'Hello ' },
      { $id: 'e-2', type: 'token', content: 'there ⛴️' },
      { $id: 'e-3', type: 'result', output: 'Hello there ⛴️' },
      { $id: 'e-4', type: 'completed', success: true, execution_time: 0 },
      { $event: 'end', outcome: 'completed', cursor: '', digest: '' },
    ],
    1000,
  ])
})

test('a run can be attached to by its id, and after a cursor only the rest is sent', async () => {
  const place = await listen(words)
  const client = clientOf(place)
  const { id, result } = client.run('go')
  await result()
  expect(said((await client.attach(id).result()).state)).toEqual({ status: 'completed', integrity: 'verified', output: 'Hello there ⛴️' })
  const all = (await talk(place, [JSON.stringify({ type: 'attach', run_id: id })])).heard
  const second = /"\$id":"([^"]+-2)"/.exec(all.join())?.[1]
  const rest = (await talk(place, [JSON.stringify({ type: 'attach', run_id: id, after: second })])).heard
  expect(rest.filter((text) => text.startsWith('{"$id"'))).toEqual(all.filter((text) => text.startsWith('{"$id"')).slice(2))
})

test('cancelling goes over the same socket, and its receipt is that of HTTP', async () => {
  const place = await listen(untilStopped)
  const fetches: unknown[] = []
  const transport = socketTransport({ WebSocket, fetch: async (input) => Response.json(fetches.push(input)) })
  const run = createAgentClient({ url: place.url, transport }).run('go')
  for await (const { type } of run) if (type === 'token') break
  expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
  expect([(await run.result()).status, run.getSnapshot().integrity, fetches]).toEqual(['cancelled', 'verified', []])
})

test('a run that is not followed here is cancelled over HTTP, or by the first message of a socket', async () => {
  const place = await listen(untilStopped, { onDisconnect: 'continue' })
  const client = clientOf(place)
  const run = client.run('go', { runId: 'r' })
  for await (const { type } of run) if (type === 'token') break
  run.detach()
  expect(await talk(place, [JSON.stringify({ type: 'cancel', run_id: 'r' })])).toEqual({ heard: ['{"$event":"receipt","outcome":"cancelled"}'], code: 1000 })
  expect(await client.cancel('r')).toEqual({ outcome: 'already_finished' })
  expect(await client.cancel('never')).toEqual({ outcome: 'unknown_run' })
})

test('leaving the loop reaches the agent', async () => {
  let stopped = (): void => {}
  const isStopped = new Promise<void>((resolve) => {
    stopped = resolve
  })
  const place = await listen(async function* (context) {
    yield* untilStopped(context)
    stopped()
  })
  for await (const { type } of clientOf(place).stream('go')) if (type === 'token') break
  await isStopped
})

test('a client that vanishes while the agent is silent reaches the agent', async () => {
  let stopped = (): void => {}
  const isStopped = new Promise<void>((resolve) => {
    stopped = resolve
  })
  const place = await listen(
    async function* (context) {
      yield* untilStopped(context)
      stopped()
    },
    { disconnectGraceMs: 0 },
  )
  const socket = new WebSocket(`${place.url.replace('http', 'ws')}/agents/a/socket`)
  socket.on('open', () => socket.send(start()))
  socket.on('message', (data) => {
    if (String(data).includes('on and on')) socket.terminate()
  })
  await isStopped
})

test('a slow reader holds the server: no more than a window is sent beyond what was read', async () => {
  const total = 400
  const place = await listen(async function* () {
    for (let n = 0; n < total; n++) yield { type: 'token', content: 'x'.repeat(1000) }
    yield { type: 'completed', success: true, execution_time: 0 }
  })
  const window = 20_000
  // Reads by hand: it acknowledges only when told.
  const socket = new WebSocket(`${place.url.replace('http', 'ws')}/agents/a/socket`)
  let received = 0
  let isClosed = false
  const quiet = async (): Promise<number> => {
    for (let before = -1; before !== received; ) {
      before = received
      // A round trip: whatever was sent before its answer has arrived.
      await new Promise<void>((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      })
    }
    return received
  }
  socket.on('message', (data) => {
    const text = String(data)
    if (!text.startsWith('{"$event":"run"')) received += text.length
  })
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve())).then(() => {
    isClosed = true
  })
  await new Promise<void>((resolve) => socket.on('open', () => resolve()))
  socket.send(start({ window }))
  await expect.poll(quiet).toBeGreaterThanOrEqual(window)
  expect(received).toBeLessThan(window + 1100)
  socket.send(JSON.stringify({ type: 'ack', received }))
  const first = received
  await expect.poll(quiet).toBeGreaterThanOrEqual(first + window)
  expect(received).toBeLessThan(first + window + 1100)
  while (!isClosed) {
    socket.send(JSON.stringify({ type: 'ack', received }))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await closed
  expect(received).toBeGreaterThan(total * 1000)
})

test('a slow loop over a small window gets everything all the same', async () => {
  const place = await listen(async function* () {
    for (let n = 0; n < 200; n++) yield { type: 'token', content: String(n) }
    yield { type: 'completed', success: true, execution_time: 0 }
  })
  let text = ''
  for await (const event of clientOf(place, { windowLength: 100 }).stream('go')) {
    if (event.type === 'token') text += event.content
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(text).toBe(Array.from({ length: 200 }, (_, n) => n).join(''))
})
