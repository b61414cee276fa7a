/** Our handler behind a real Node server, with an agent that thinks, calls tools, asks, fails and waits as it is told. */
import { type AgentHandlerOptions, createAgentHandler, createHybridAgent, defineTool, ProviderError } from '@agentstream/edge'
import { type ScriptPiece, scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'
import { startServer } from './node-server.ts'

/** What the model does, by the last word of the person, until its tools have answered. */
const tasks: Readonly<Record<string, readonly ScriptPiece[]>> = {
  tides: [
    { thinking: 'The moon ' },
    { thinking: 'decides.' },
    'Let me ',
    'look. ',
    { tool: 'tide', id: 'c1', arguments: { port: 'Brest' } },
    { tool: 'chart', id: 'c2', arguments: {} },
  ],
  pay: [{ tool: 'pay', id: 'p1', arguments: { sum: 5 } }],
  twice: [{ tool: 'pay', id: 'p1', arguments: { sum: 5 } }],
  break: ['High ', { fail: new ProviderError('scripted', 'The gauge is dry') }],
  wait: ['High ', { stall: true }],
}

export async function listen(options: Partial<AgentHandlerOptions> = {}) {
  const provider = scriptedProvider(({ messages }) => {
    const people = messages.filter(({ role }) => role === 'user')
    const last = people.at(-1)
    const word = last?.text.split(/\W/).filter(Boolean).at(-1) ?? ''
    const turns = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1).filter(({ role }) => role === 'assistant').length
    if (turns === 1 && word === 'twice') return tasks['pay'] ?? []
    if (turns > 0) return ['High water', ' at six.']
    return tasks[word] ?? [`You said ${people.length}: `, last?.text ?? '']
  })
  const tide = defineTool({ name: 'tide', description: 'Tells tides.', parameters: z.object({ port: z.string() }), execute: () => ({ hour: 6 }) })
  const chart = defineTool({
    name: 'chart',
    description: 'Draws charts.',
    parameters: z.object({}),
    execute() {
      throw new RangeError('fog')
    },
  })
  const pay = defineTool({ name: 'pay', description: 'Pays.', parameters: z.object({ sum: z.number() }), needsApproval: true, execute: () => 'paid' })
  const pilot = createHybridAgent({ name: 'pilot', description: 'Knows tides.', instructions: 'Secret rule.', provider, tools: [tide, chart, pay] })
  const handler = createAgentHandler({ agents: { pilot }, basePath: '/api', disconnectGraceMs: 0, ...options })
  const { url, close } = await startServer(handler)
  return { url: `${url}/api`, provider, close }
}
