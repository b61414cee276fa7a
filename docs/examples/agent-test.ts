import { createAgentClient, selectToolCalls } from '@agentstream/client'
import { createAgentHandler } from '@agentstream/edge'
import { scriptedProvider } from '@agentstream/edge/testing'
import { harbourAgent } from './agents.ts'

/** A whole run, from model to state, without a network: the handler is the client's fetch. */
export async function tryItOut() {
  const provider = scriptedProvider([
    ['Spring tide, light wind.\n<STEP_OK>'],
    ['Leave today.\n<ALL_OK>'],
    [{ tool: 'look_up', arguments: { port: 'Brest' } }],
    ['High water ', 'at 14:05.'],
  ])
  const handler = createAgentHandler({ agents: { harbour: harbourAgent(provider) } })
  const client = createAgentClient({ url: 'http://in-process', fetch: (input, init) => handler(new Request(input, init)) })
  const { status, output, state } = await client.run('When can I leave Brest?').result()
  return { status, output, tools: selectToolCalls(state).map((tool) => tool.status), workflow: state.dawpRuns[0]?.success, integrity: state.integrity }
}
