/** Agentor's own server: /chat, streamed and not, and A2A; and the last release that stood on another library of agents. */
import { deepEqual } from 'node:assert/strict'
import { check, skipped, type Upstream } from './check.ts'
import { greeting, startModel } from './model.ts'
import { environment, startHost } from './python.ts'
import { checkScenarios, type Scenario } from './transcripts.ts'

const upstream = 'agentor 0.1.1'
const limit = 'Reached max_turns (3) without a final answer.'
const tides = 'Brest: 4.2 m, rising – “spring”'
const wrongKey = 'AuthenticationError: Error code: 401 - the key is wrong'

const chat = { folder: 'agentor', protocol: 'agentorChat' } as const
const a2a = { folder: 'a2a', protocol: 'a2a' } as const
const scenarios: readonly Scenario[] = [
  { ...chat, name: 'chat-01-text', ask: 'hello', expects: { status: 'completed', text: greeting, tools: [] } },
  { ...chat, name: 'chat-02-tools', ask: 'the tides, please', expects: { status: 'completed', text: 'High water.', tools: ['tide done', 'storm failed'] } },
  { ...chat, name: 'chat-03-model-failure', ask: 'be refused', expects: { status: 'truncated', text: wrongKey } },
  {
    ...chat,
    name: 'chat-04-turn-limit',
    ask: 'go on without end',
    expects: { status: 'completed', text: limit, tools: ['tide done', 'tide done', 'tide done'] },
  },
  { ...a2a, name: 'agentor-01-text', ask: 'hello', expects: { status: 'completed', text: greeting } },
  // What its tools say is in the artifact of the answer, unmarked.
  {
    ...a2a,
    name: 'agentor-02-tools',
    ask: 'the tides, please',
    expects: { status: 'completed', text: `${tides}Error: RuntimeError: no station at NowhereHigh water.` },
  },
  { ...a2a, name: 'agentor-03-model-failure', ask: 'be refused', expects: { status: 'truncated', text: wrongKey } },
]

async function answerOf(url: string, body: unknown, signal: AbortSignal): Promise<readonly [number, unknown]> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal })
  const text = await response.text()
  return [response.status, response.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text]
}

export const agentor: Upstream = {
  name: upstream,
  async run({ isRecording }) {
    const home = environment('agentor', ['agentor==0.1.1', 'openai==3.57.0'])
    if ('missing' in home) return [skipped('all', home.missing)]
    const model = await startModel(['tide', 'storm'])
    const host = await startHost({ python: home.python, script: 'agentor_host.py', args: [model.url] })
    try {
      const outcomes = await checkScenarios(scenarios, { url: host.url, upstream, isRecording })
      const call = (method: string) => ({ jsonrpc: '2.0', id: 7, method, params: {} })
      outcomes.push(
        await check('an answer that is not streamed is a JSON text', async (signal) =>
          deepEqual(await answerOf(`${host.url}/chat`, { input: 'hello' }, signal), [200, greeting]),
        ),
        await check('a method that A2A does not have is answered as JSON-RPC has it', async (signal) => {
          const error = { code: -32601, data: null, message: 'Method not found: tasks/dream' }
          deepEqual(await answerOf(host.url, call('tasks/dream'), signal), [200, { error, id: 7, jsonrpc: '2.0' }])
        }),
        await check('message/send is named and not there', async (signal) =>
          deepEqual(await answerOf(host.url, call('message/send'), signal), [500, 'Internal Server Error']),
        ),
        await check('the agent card tells the instructions', async (signal) => {
          const response = await fetch(`${host.url}/.well-known/agent-card.json`, { signal })
          const { protocolVersion, preferredTransport, description, url } = (await response.json()) as Record<string, unknown>
          deepEqual([protocolVersion, preferredTransport, description, url], ['0.3.0', 'JSONRPC', 'Answer in one sentence.', host.url])
        }),
      )
      return outcomes
    } finally {
      await Promise.all([host.stop(), model.stop()])
    }
  },
}

const older = { folder: 'agentor', protocol: 'agentorChat' } as const
const olderScenarios: readonly Scenario[] = [
  { ...older, name: 'older-01-text', ask: 'hello', expects: { status: 'completed', text: greeting, tools: [] } },
  // The text beside the calls is sent, too; every output goes by the name of `dict`.
  {
    ...older,
    name: 'older-02-tools',
    ask: 'the tides, please',
    expects: { status: 'completed', text: 'Let me look.High water.', tools: ['tide done', 'storm failed'] },
  },
  { ...older, name: 'older-03-model-failure', ask: 'be refused', expects: { status: 'truncated', text: '' } },
]

export const olderAgentor: Upstream = {
  name: 'agentor 0.0.23',
  async run({ isRecording }) {
    const home = environment('agentor-0.0.23', ['agentor==0.0.23', 'openai-agents==0.22.3'])
    if ('missing' in home) return [skipped('all', home.missing)]
    const model = await startModel(['tide', 'storm'])
    const host = await startHost({ python: home.python, script: 'agentor_0023_host.py', args: [], env: { OPENAI_BASE_URL: model.url } })
    try {
      return await checkScenarios(olderScenarios, { url: host.url, upstream: 'agentor 0.0.23', isRecording })
    } finally {
      await Promise.all([host.stop(), model.stop()])
    }
  },
}
