// What must work wherever the packages run. No test framework and no platform here: each runtime brings its own.
import * as client from '@agentstream/client'
import * as clientTesting from '@agentstream/client/testing'
import * as wire from '@agentstream/client/wire'
import * as edge from '@agentstream/edge'
import * as aiSdk from '@agentstream/edge/ai-sdk'
import * as anthropic from '@agentstream/edge/anthropic'
import * as bun from '@agentstream/edge/bun'
import * as cloudflare from '@agentstream/edge/cloudflare'
import * as deno from '@agentstream/edge/deno'
import * as mcp from '@agentstream/edge/mcp'
import * as node from '@agentstream/edge/node'
import * as ollama from '@agentstream/edge/ollama'
import * as openai from '@agentstream/edge/openai'
import * as edgeTesting from '@agentstream/edge/testing'
import { type Case, expectEqual, lastCall, lastOf, type Place } from './place.ts'
import { socketCases } from './socket-cases.ts'

const doors = { client, wire, clientTesting, edge, aiSdk, anthropic, bun, cloudflare, deno, mcp, node, ollama, openai, edgeTesting }

const agentAt = ({ url, fetch }: Place): client.AgentClient => client.createAgentClient({ url: `${url}/api`, ...(fetch ? { fetch } : {}) })

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
    name: 'a document leads an agent through its steps and its tool, live and in the state',
    async run(place) {
      const seen: unknown[] = []
      const panels = client.createDawpConsumer({
        onRunStarted: ({ workflow_id, placement, open }) => seen.push(['opened', workflow_id, placement, open]),
        onStepStarted: ({ active_step_id }) => seen.push(['began', active_step_id]),
        onStepCompleted: (_, { step_id, success }) => seen.push(['ended', step_id, success]),
        onRunCompleted: ({ open, success }) => seen.push(['closed', open, success]),
      })
      const run = agentAt(place).run('May the ferry sail from Brest?', { agent: 'pilot', onEvent: (event) => panels.consume(event) })
      const { status, text, output, state } = await run.result()
      const answer = 'The ferry may sail: 5,5 m – ça passe ⛴️'
      expectEqual({ status, text, output, integrity: state.integrity }, { status: 'completed', text: answer, output: answer, integrity: 'verified' })
      expectEqual(seen, [
        ['opened', 'sailing-check', 'pre_main_loop', true],
        ['began', 'ask-the-tide'],
        ['ended', 'ask-the-tide', true],
        ['began', 'decide'],
        ['ended', 'decide', true],
        ['closed', false, true],
      ])
      expectEqual(
        client
          .selectDawpRuns(state)
          .map(({ workflowId, open, success, steps }) => [workflowId, open, success, ...steps.map((step) => [step.stepId, step.status])]),
        [['sailing-check', false, true, ['ask-the-tide', 'done'], ['decide', 'done']]],
      )
      // The schema made a date of the day, and filled in the hours; the page sees what the model wrote.
      expectEqual(
        client.selectToolCalls(state).map(({ toolName, status, parameters, progress, result }) => [toolName, status, parameters, progress, result]),
        [['tide', 'done', { port: 'Brest', day: '2026-11-20' }, { fraction: 0.5, message: 'asking Brest' }, { weekday: 5, metres: [4.5, 5.5] }]],
      )
    },
  },
  {
    name: 'cancelling reaches a tool at work, and closes what is open',
    async run(place) {
      const run = agentAt(place).run('May the ferry sail from Ar-Men?', { agent: 'pilot' })
      for await (const { type } of run) if (type === 'tool_progress') break
      expectEqual(await run.cancel(), { outcome: 'cancelled' })
      const { status, text, state } = await run.result()
      const panel = client.selectDawpRuns(state)[0]
      expectEqual([status, text, client.selectToolCalls(state)[0]?.status], ['cancelled', '', 'abandoned'])
      expectEqual([panel?.open, panel?.success, panel?.steps.map((step) => step.status)], [false, undefined, ['abandoned']])
      expectEqual(await lastOf<string>(place, '/abandoned', (runId) => runId === run.id), run.id)
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
  ...socketCases,
]
