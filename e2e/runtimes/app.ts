import { createAgentHandler, createHybridAgent, defineTool, type Runtime } from '@agentstream/edge'
import { type ScriptPieces, scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Longer than any test waits, and no longer: a run that nobody stops must not keep the process alive for ever. */
async function* ticks(): ScriptPieces {
  for (let count = 0; count < 1_000; count++) yield 'tick '
}

/** The server under test: an agent that adds by a tool, or talks until it is stopped, and what its model was put through. */
export function createApp(): (request: Request, runtime?: Runtime) => Promise<Response> {
  const provider = scriptedProvider(
    ({ messages }) => {
      const said = JSON.stringify(messages)
      if (said.includes('talk')) return ticks()
      return said.includes('"role":"tool"') ? ['It is ', '42.'] : [{ tool: 'add', arguments: { a: 19, b: 23 } }]
    },
    { pace: () => pause(5) },
  )
  const add = defineTool({
    name: 'add',
    description: 'Adds two numbers.',
    parameters: z.object({ a: z.number(), b: z.number() }),
    execute: ({ a, b }) => a + b,
  })
  const assistant = createHybridAgent({ name: 'assistant', provider, tools: [add] })
  const handler = createAgentHandler({ agents: { assistant }, basePath: '/api' })
  return async (request, runtime) => {
    if (!request.url.endsWith('/calls')) return handler(request, runtime)
    return Response.json(provider.calls.map(({ aborted, finished }) => ({ aborted, finished })))
  }
}
