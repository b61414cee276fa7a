// What is told while connections, servers and storages fail. No test framework and no platform here: it runs wherever servers do.
import type { AgentEvent } from '@agentstream/client/wire'
import { type Agent, createHybridAgent, defineTool } from '@agentstream/edge'
import { type ScriptPieces, scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'

const call = (id: string, word: string): AgentEvent[] => [
  { type: 'tool_call_delta', tool_call: { id, index: 0, function: { name: 'search', arguments: '' } }, arguments_delta: `{"q":"${word}` },
  { type: 'tool_call_delta', tool_call: { id, index: 0, function: { name: 'search', arguments: '' } }, arguments_delta: '"}' },
  { type: 'tool_call', tool_name: 'search', parameters: { q: word }, tool_call_id: id },
  { type: 'tool_result', tool_name: 'search', result: { hits: [word] }, tool_call_id: id },
]
const cut = (text: string): string[] => text.split(/(?<= )/)
const words = (text: string): AgentEvent[] => cut(text).map((content) => ({ type: 'token', content }))

export const story: readonly AgentEvent[] = [
  { type: 'started' },
  { type: 'iteration_start', iteration: 1, max_iterations: 3 },
  ...words('Was grün ist, must be 🌳 or a frog; let me look. '),
  ...call('a', 'grün'),
  { type: 'iteration_start', iteration: 2, max_iterations: 3 },
  { type: 'thinking_token', content: 'a frog,\n\nperhaps' },
  ...words('It is a frog, as far as anybody can tell from here. '),
  ...call('b', 'Frösche'),
  { type: 'result', output: 'a frog', success: true },
  { type: 'completed', success: true, execution_time: 1 },
]

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Says the story in bursts, with pauses in which a connection may be lost. Cannot go on with a run that lost its process. */
export function createTeller(pauseMs: number): Agent {
  return {
    name: 'teller',
    info: { name: 'teller', description: 'Tells', provider: 'scripted', model: 'm', tools: [], supportsStreaming: true },
    async *run() {
      for (const [at, event] of story.entries()) {
        if (at % 7 === 3) await pause(pauseMs)
        yield event
      }
    },
  }
}

/** Finds a frog by two searches, and goes on where another process was killed. */
export function createFinder(pauseMs: number): Agent {
  async function* say(text: string, q: string): ScriptPieces {
    for (const [at, word] of cut(text).entries()) {
      if (at % 4 === 2) await pause(pauseMs)
      yield word
    }
    if (q !== '') yield { tool: 'search', arguments: { q } }
  }
  const search = defineTool({
    name: 'search',
    description: 'Searches.',
    parameters: z.object({ q: z.string() }),
    async execute({ q }) {
      await pause(pauseMs)
      return { hits: [q] }
    },
  })
  const turns: readonly (readonly [text: string, query: string])[] = [
    ['Was grün ist, must be 🌳 or a frog; let me look. ', 'grün'],
    ['It may be a frog, as far as anybody can tell from here. ', 'Frösche'],
  ]
  const provider = scriptedProvider(({ messages }) =>
    say(...(turns[messages.filter(({ role }) => role === 'tool').length] ?? ['It is a frog, after all.', ''])),
  )
  return createHybridAgent({ name: 'finder', provider, tools: [search] })
}
