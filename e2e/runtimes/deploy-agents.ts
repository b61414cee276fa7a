// What is deployed: an agent whose tool and whose model can be watched, and held, from outside the process that may die.
import {
  type AgentHandler,
  createAgentHandler,
  createHybridAgent,
  createLLMAgent,
  defineTool,
  type Journal,
  type Runtime,
  type SessionStore,
} from '@agentstream/edge'
import { type ScriptPieces, scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'
import { createFinder, createTeller } from './story.ts'

export interface DeployOptions {
  /** The address of the test's own server: see `deploy-bench.ts`. */
  readonly bench: string
  /** Soon given up by servers that were killed, for `/api`. */
  readonly journal: Journal
  /** Over the same storage, and given up by no server that is only slow, for `/steady`. */
  readonly steadyJournal: Journal
  readonly sessions: SessionStore
}

export function createDeployHandler({ bench, journal, steadyJournal, sessions }: DeployOptions): AgentHandler {
  const tell = async (path: string): Promise<void> => {
    await (await fetch(`${bench}${path}`)).text()
  }
  const add = defineTool({
    name: 'add',
    description: 'Adds two numbers.',
    parameters: z.object({ a: z.number(), b: z.number() }),
    async execute({ a, b }) {
      await tell('/ran')
      return a + b
    },
  })
  async function* answer(): ScriptPieces {
    yield 'It '
    yield 'is '
    await tell('/gate')
    yield '42.'
  }
  const provider = scriptedProvider(({ messages }) => (messages.at(-1)?.role === 'tool' ? answer() : ['I add.', { tool: 'add', arguments: { a: 19, b: 23 } }]))
  const assistant = createHybridAgent({ name: 'assistant', provider, tools: [add] })
  // Says what it was told so far.
  const listener = createLLMAgent({
    name: 'listener',
    provider: scriptedProvider(({ messages }) => [messages.flatMap(({ role, text }) => (role === 'user' ? [text] : [])).join(', ')]),
  })
  const api = createAgentHandler({ agents: { assistant, finder: createFinder(5), listener }, basePath: '/api', journal, sessions })
  const steady = createAgentHandler({ agents: { teller: createTeller(5) }, basePath: '/steady', journal: steadyJournal })
  const handler = (request: Request, runtime?: Runtime) => (new URL(request.url).pathname.startsWith('/steady/') ? steady : api)(request, runtime)
  return Object.assign(handler, {
    close: async (options?: Parameters<AgentHandler['close']>[0]) => void (await Promise.all([api.close(options), steady.close(options)])),
  })
}
