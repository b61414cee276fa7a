import { createAgentClient, selectText } from '@agentstream/client'
import { faults, faultyFetch } from '@agentstream/client/testing'
import { createAgentHandler, createLLMAgent } from '@agentstream/edge'
import { scriptedProvider } from '@agentstream/edge/testing'

/** One run over three connections: the first breaks, the second is refused, the third says something twice. */
export async function loseTwoConnections() {
  const harbour = createLLMAgent({ name: 'harbour', provider: scriptedProvider([['High water ', 'at ', '14:05.']]) })
  const handler = createAgentHandler({ agents: { harbour } })
  const fetch = faultyFetch(
    (input, init) => handler(new Request(input, init)),
    (attempt) => [faults().splitBytes(7).cutAt(150), faults().status(503), faults().duplicate(0)][attempt],
  )
  const client = createAgentClient({ url: 'http://in-process', fetch, retry: { baseMs: 1 } })
  const { status, state } = await client.run('When is high water?').result()
  return { status, text: selectText(state), integrity: state.integrity, attempts: state.connection.attempt }
}
