// What is deployed: an agent whose tool and whose model can be watched, and held, from outside the process that may die.
import { type Agent, createHybridAgent, defineTool } from '@agentstream/edge'
import { type ScriptPieces, scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'

/** `bench` is the address of the test's own server: see `deploy-bench.ts`. */
export function createDeployAgents(bench: string): { readonly assistant: Agent } {
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
  return { assistant: createHybridAgent({ name: 'assistant', provider, tools: [add] }) }
}
