/** The one model that all of them talk to: it answers by what it is asked. */
import { LLMock } from '@copilotkit/aimock'

export const greeting = 'Grüße from the harbour — “aye” 🙂\nSecond line.'

export interface ScriptedModel {
  /** As clients of an OpenAI-compatible server want it. */
  readonly url: string
  stop(): Promise<unknown>
}

/** `tools` are the names by which the two tools of a host are called. */
export async function startModel(tools: readonly [tide: string, storm: string]): Promise<ScriptedModel> {
  const mock = new LLMock({ port: 0, chunkSize: 12 })
  const [tide, storm] = tools
  const both = [
    { id: 'call_1', name: tide, arguments: { port: 'Brest' } },
    { id: 'call_2', name: storm, arguments: { port: 'Nowhere' } },
  ]
  mock.onMessage('List what is known', { content: 'Facts: spring tide.\n<STEP_OK>' })
  mock.on({ userMessage: 'Decide when', sequenceIndex: 0 }, { content: 'Decision: leave at dawn.\n<ALL_OK>' })
  // The main loop asks again with the prompts of the workflow still in the conversation.
  mock.on({ userMessage: 'Decide when', sequenceIndex: 1 }, { content: 'We leave at dawn.' })
  mock.on({ userMessage: 'tides', hasToolResult: false }, { content: 'Let me look.', toolCalls: both })
  mock.on({ userMessage: 'tides', hasToolResult: true }, { content: 'High water.' })
  // What simplifies a task takes `full` out of it.
  mock.onMessage('in full', { toolCalls: both.slice(0, 1) })
  mock.onMessage('without end', { toolCalls: both.slice(0, 1) })
  mock.onMessage('wait for me', { toolCalls: [{ id: 'call_3', name: 'wait', arguments: {} }] })
  mock.on({ userMessage: 'set sail', hasToolResult: false }, { toolCalls: [{ id: 'call_4', name: 'sail', arguments: {} }] })
  mock.on({ userMessage: 'set sail', hasToolResult: true }, { content: 'We are away.' })
  mock.onMessage('cut', { content: greeting }, { latency: 20, truncateAfterChunks: 4 })
  mock.onMessage('refused', { error: { message: 'the key is wrong', type: 'invalid_request_error' }, status: 401 })
  mock.onMessage('hello', { content: greeting })
  await mock.start()
  return { url: `${mock.url}/v1`, stop: () => mock.stop() }
}
