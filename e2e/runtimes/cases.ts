// What must work wherever the packages run. No test framework and no platform here: each runtime brings its own.
import * as client from '@agentstream/client'
import * as clientTesting from '@agentstream/client/testing'
import * as wire from '@agentstream/client/wire'
import * as edge from '@agentstream/edge'
import * as aiSdk from '@agentstream/edge/ai-sdk'
import * as anthropic from '@agentstream/edge/anthropic'
import * as ollama from '@agentstream/edge/ollama'
import * as openai from '@agentstream/edge/openai'
import * as edgeTesting from '@agentstream/edge/testing'

/** Where the app answers, and the fetch that reaches it. */
export interface Place {
  readonly url: string
  readonly fetch?: typeof fetch
}

interface Case {
  readonly name: string
  run(place: Place): Promise<void>
}

const doors = { client, wire, clientTesting, edge, aiSdk, anthropic, ollama, openai, edgeTesting }

function expectEqual(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`expected ${should}, got ${is}`)
}

const agentAt = ({ url, fetch }: Place): client.AgentClient => client.createAgentClient({ url: `${url}/api`, ...(fetch ? { fetch } : {}) })

/** What became of the last request to the model, once it is over; the server may hear of an end a moment later than we do. */
async function lastCall({ url, fetch = globalThis.fetch }: Place): Promise<unknown> {
  for (let attempt = 0; ; attempt++) {
    const calls: { aborted: boolean; finished: boolean }[] = await (await fetch(`${url}/calls`)).json()
    const last = calls.at(-1)
    if (last?.aborted || last?.finished || attempt === 50) return last
    await new Promise((done) => setTimeout(done, 20))
  }
}

export const cases: readonly Case[] = [
  {
    name: 'every door opens',
    async run() {
      for (const [name, door] of Object.entries(doors)) {
        const values = Object.values(door)
        if (values.length === 0 || values.includes(undefined as never)) throw new Error(`${name} opens onto nothing`)
      }
    },
  },
  {
    name: 'an agent says what it is',
    async run(place) {
      const { name, model, tools } = await agentAt(place).info()
      expectEqual({ name, model, tools: tools.map((tool) => tool.name) }, { name: 'assistant', model: 'script', tools: ['add'] })
    },
  },
  {
    name: 'a stream brings every event, in order',
    async run(place) {
      const types: string[] = []
      for await (const { type } of agentAt(place).stream('add')) if (types.at(-1) !== type) types.push(type)
      expectEqual(
        types.filter((type) => ['started', 'tool_call', 'tool_result', 'token', 'result', 'completed'].includes(type)),
        ['started', 'tool_call', 'tool_result', 'token', 'result', 'completed'],
      )
    },
  },
  {
    name: 'a run folds into a state that is verified',
    async run(place) {
      const { status, text, output, state } = await agentAt(place).run('add').result()
      const call = client.selectToolCalls(state)[0]
      expectEqual({ status, text, output, integrity: state.integrity }, { status: 'completed', text: 'It is 42.', output: 'It is 42.', integrity: 'verified' })
      expectEqual([call?.toolName, call?.status, call?.result], ['add', 'done', 42])
      expectEqual(await lastCall(place), { aborted: false, finished: true })
    },
  },
  {
    name: 'cancelling reaches the model, and keeps what was said',
    async run(place) {
      const run = agentAt(place).run('talk')
      for await (const { type } of run) if (type === 'token') break
      expectEqual(await run.cancel(), { outcome: 'cancelled' })
      const { status, text } = await run.result()
      expectEqual([status, text.startsWith('tick ')], ['cancelled', true])
      expectEqual(await lastCall(place), { aborted: true, finished: false })
    },
  },
  {
    name: 'leaving the loop reaches the model',
    async run(place) {
      for await (const { type } of agentAt(place).stream('talk')) if (type === 'token') break
      expectEqual(await lastCall(place), { aborted: true, finished: false })
    },
  },
  {
    name: 'a connection that is dropped reaches the model',
    async run(place) {
      const gone = new AbortController()
      const { fetch = globalThis.fetch } = place
      const body = JSON.stringify({ run_id: crypto.randomUUID(), task: { description: 'talk' } })
      const headers = { 'content-type': 'application/json', accept: 'application/x-ndjson' }
      const response = await fetch(`${place.url}/api/agents/assistant/runs`, { method: 'POST', headers, body, signal: gone.signal })
      expectEqual([response.status, response.headers.get('content-type')?.split(';')[0]], [200, 'application/x-ndjson'])
      const reader = response.body?.getReader()
      await reader?.read()
      gone.abort()
      await reader?.cancel().catch(() => {}) // aborted already
      expectEqual(await lastCall(place), { aborted: true, finished: false })
    },
  },
]
