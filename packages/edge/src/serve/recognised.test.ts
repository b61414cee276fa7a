/** Whatever our server speaks, a client that was told nothing reads it: over real HTTP, in every protocol and every framing. */
import { createAgentClient, immediately } from '@agentstream/client'
import { autoProtocol } from '@agentstream/client/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer } from '../../test/node-server.ts'
import { createLLMAgent } from '../agents/llm-agent.ts'
import { scriptedProvider } from '../model/scripted/provider.ts'
import { createAgentHandler } from './handler.ts'

const handler = createAgentHandler({
  agents: { harbour: createLLMAgent({ name: 'harbour', provider: scriptedProvider(() => ['High water ', 'at six.']) }) },
})
let url = ''
let close = (): void => {}
beforeAll(async () => {
  ;({ url, close } = await startServer(handler))
})
afterAll(() => close())

const streams = ['text/event-stream', 'application/x-ndjson', 'application/json-seq']
/** The empty name is for our own words, which nobody has to ask for. */
const spoken: Readonly<Record<string, readonly string[]>> = {
  '': streams.slice(0, 2),
  'ag-ui': streams,
  'ui-message-stream': streams.slice(0, 2),
  a2a: ['text/event-stream', 'application/json'],
  'a2a-v1': ['text/event-stream', 'application/json'],
  agentor: [...streams, 'application/json'],
  'agentor-chat': ['text/event-stream'],
  agenticraft: streams.slice(0, 2),
  'agenticraft-text': ['text/event-stream', 'text/plain'],
}

test.each(Object.entries(spoken).flatMap(([protocol, accepts]) => accepts.map((accept): [string, string] => [protocol, accept])))(
  '%j as %s',
  async (protocol, accept) => {
    const ask: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('accept', accept)
      return fetch(protocol === '' ? String(input) : `${String(input)}?protocol=${protocol}`, { ...init, headers })
    }
    const run = createAgentClient({ url, fetch: ask, protocol: autoProtocol(), retry: false }).run('When?', { agent: 'harbour', schedule: immediately })
    const { status, text } = await run.result()
    expect({ status, text }).toEqual({ status: 'completed', text: 'High water at six.' })
  },
)
