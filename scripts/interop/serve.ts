/** Our own server, with one agent of ours that talks to the scripted model. */
import { createServer } from 'node:http'
import { createAgentHandler, createHybridAgent, defineTool } from '@agentstream/edge'
import { nodeListener } from '@agentstream/edge/node'
import { openai } from '@agentstream/edge/openai'
import { z } from 'zod'
import type { Host } from './python.ts'

const parameters = z.object({ port: z.string() })
const tide = defineTool({ name: 'tide', description: 'How high the water stands', parameters, execute: async ({ port }) => ({ port, metres: 4.2 }) })
const storm = defineTool({ name: 'storm', description: 'Always fails', parameters, execute: ({ port }) => Promise.reject(new Error(`no station at ${port}`)) })
const sail = defineTool({ name: 'sail', description: 'Asks first', parameters: z.object({}), needsApproval: true, execute: async () => 'gone' })
/** Runs until it is told to stop. */
const wait = defineTool({
  name: 'wait',
  description: 'Waits',
  parameters: z.object({}),
  execute: (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
})

export async function startServer(modelUrl: string): Promise<Host> {
  const provider = openai({ baseURL: modelUrl, apiKey: 'none', model: 'gpt-interop', retry: false })
  const harbour = createHybridAgent({ name: 'harbour', provider, tools: [tide, storm, sail, wait] })
  const handler = createAgentHandler({ agents: { harbour } })
  const server = createServer(nodeListener(handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const stop = (): Promise<unknown> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, stop }
}
