// The same promises over a WebSocket, each runtime with its own on both ends.
import { type AgentClient, type ClientSocket, createAgentClient, socketTransport } from '@agentstream/client'
import { type Case, expectEqual, lastCall, type Place } from './place.ts'

type Socket = new (url: string) => ClientSocket

const socketOf = ({ WebSocket }: Place): Socket => WebSocket ?? globalThis.WebSocket

function overSocket(place: Place, options: { readonly WebSocket?: Socket; readonly windowLength?: number } = {}): AgentClient {
  const { url, fetch } = place
  const transport = socketTransport({ WebSocket: socketOf(place), ...(fetch ? { fetch } : {}), ...options })
  return createAgentClient({ url: `${url}/api`, transport, retry: { baseMs: 1, maxMs: 1 } })
}

const overHttp = ({ url, fetch }: Place): AgentClient => createAgentClient({ url: `${url}/api`, ...(fetch ? { fetch } : {}) })

/** Counts what arrives, read or not. */
function counting(place: Place, heard: { length: number; opened: number }, cutAfter = Number.POSITIVE_INFINITY): Socket {
  return class extends socketOf(place) {
    constructor(url: string) {
      super(url)
      let messages = 0
      heard.opened++
      const isFirst = heard.opened === 1
      this.addEventListener('message', ({ data }) => {
        heard.length += String(data).length
        messages++
        if (isFirst && messages === cutAfter) this.close()
      })
    }
  }
}

export const socketCases: readonly Case[] = [
  {
    name: 'over a socket, a run folds into a state that is verified',
    async run(place) {
      const { status, text, output, state } = await overSocket(place).run('add').result()
      expectEqual({ status, text, output, integrity: state.integrity }, { status: 'completed', text: 'It is 42.', output: 'It is 42.', integrity: 'verified' })
      expectEqual(await lastCall(place), { aborted: false, finished: true })
    },
  },
  {
    name: 'over a socket, cancelling reaches the model, and keeps what was said',
    async run(place) {
      const run = overSocket(place).run('talk')
      for await (const { type } of run) if (type === 'token') break
      expectEqual(await run.cancel(), { outcome: 'cancelled' })
      const { status, text, state } = await run.result()
      expectEqual([status, text.startsWith('tick '), state.integrity], ['cancelled', true, 'verified'])
      expectEqual(await lastCall(place), { aborted: true, finished: false })
    },
  },
  {
    name: 'over a socket, leaving the loop reaches the model',
    async run(place) {
      for await (const { type } of overSocket(place).stream('talk')) if (type === 'token') break
      expectEqual(await lastCall(place), { aborted: true, finished: false })
    },
  },
  {
    name: 'over a socket, a run that is over can be read again',
    async run(place) {
      const client = overSocket(place)
      const { id, result } = client.run('add')
      const first = await result()
      const again = await client.attach(id).result()
      expectEqual([again.text, again.state.integrity, again.state.counts], [first.text, 'verified', first.state.counts])
    },
  },
  {
    name: 'over a socket that is cut, the run goes on after what had arrived',
    async run(place) {
      const heard = { length: 0, opened: 0 }
      // Watched twice, so that nobody takes it for abandoned meanwhile.
      const watched = overHttp(place).run('May the ferry sail from Brest?', { agent: 'pilot' })
      for await (const { type } of watched) if (type === 'started') break
      const run = overSocket(place, { WebSocket: counting(place, heard, 5) }).attach(watched.id)
      const [there, here] = await Promise.all([watched.result(), run.result()])
      expectEqual([here.text, here.status, here.state.integrity, here.state.counts], [there.text, 'completed', 'verified', there.state.counts])
      expectEqual(heard.opened, 2)
    },
  },
  {
    name: 'over a socket, a slow reader holds the server',
    async run(place) {
      const heard = { length: 0, opened: 0 }
      const windowLength = 1000
      const runId = crypto.randomUUID()
      const events = overSocket(place, { windowLength, WebSocket: counting(place, heard) })
        .stream('talk', { runId })
        [Symbol.asyncIterator]()
      const tokens = async (wanted: number): Promise<void> => {
        for (let count = 0; count < wanted; ) if ((await events.next()).value?.type === 'token') count++
      }
      await tokens(1)
      // Somebody else reads on meanwhile.
      const other = overHttp(place).attach(runId)
      let count = 0
      for await (const { type } of other) if (type === 'token' && ++count === 60) break
      other.detach()
      const held = heard.length
      expectEqual([held > 0, held < windowLength + 500], [true, true])
      await tokens(40)
      expectEqual(heard.length > held + windowLength, true)
      await events.return?.()
      expectEqual(await lastCall(place), { aborted: true, finished: false })
    },
  },
]
