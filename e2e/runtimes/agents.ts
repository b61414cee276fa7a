// The agents under test: one file, unchanged in every runtime.
import { type Agent, createHybridAgent, dawp, defineTool } from '@agentstream/edge'
import { type ScriptedProvider, type ScriptPieces, scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'

export interface AppAgents {
  readonly agents: { readonly assistant: Agent; readonly pilot: Agent }
  /** The model behind both, which knows what it was put through. */
  readonly provider: ScriptedProvider
  /** Ids of the runs whose tool was told to stop while it worked. */
  readonly abandoned: readonly string[]
}

const sailingCheck = `---
name: sailing-check
placement: pre_main_loop
---

## Contract
### Action
Never guess a depth.
### Prompt Completion Marker: \`<STEP_OK>\`
### DAWP Completion Marker: \`<ALL_OK>\`

## Prompt
<Prompt 0>
### ask-the-tide
Ask for the tide of the port.
</Prompt 0>
<Prompt 1>
### decide
Compare the depth with the draught.
</Prompt 1>
`

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Longer than any test waits, and no longer: a run that nobody stops must not keep the process alive for ever. */
async function* ticks(): ScriptPieces {
  for (let count = 0; count < 1_000; count++) yield 'tick '
}

/** An assistant that adds by a tool, or talks until it is stopped, and a pilot that a document leads through its work. */
export function createAgents(): AppAgents {
  const abandoned: string[] = []
  const add = defineTool({
    name: 'add',
    description: 'Adds two numbers.',
    parameters: z.object({ a: z.number(), b: z.number() }),
    execute: ({ a, b }) => a + b,
  })
  const tide = defineTool({
    name: 'tide',
    description: 'How deep the water in a port is, hour by hour. Ar-Men never answers.',
    parameters: z.object({ port: z.string(), day: z.iso.date().transform((text) => new Date(text)), hours: z.number().int().default(2) }),
    execute({ port, day, hours }, { signal, runId, emit }) {
      emit({ progress: 0.5, message: `asking ${port}` })
      if (port !== 'Ar-Men') return { weekday: day.getUTCDay(), metres: Array.from({ length: hours }, (_, hour) => 4.5 + hour) }
      return new Promise((_, fail) => {
        signal.addEventListener('abort', () => {
          abandoned.push(runId)
          fail(signal.reason)
        })
      })
    },
  })
  const provider = scriptedProvider(
    ({ messages }) => {
      const said = JSON.stringify(messages)
      const last = messages.at(-1)
      if (last?.role === 'user' && last.text.startsWith('[DAWP prompt 0')) {
        return [{ tool: 'tide', arguments: { port: said.includes('Ar-Men') ? 'Ar-Men' : 'Brest', day: '2026-11-20' } }]
      }
      if (last?.role === 'tool' && last.toolName === 'tide') return ['<STEP', '_OK>']
      if (last?.role === 'user' && last.text.startsWith('[DAWP prompt 1')) return ['5.5 m is ', 'enough.\n<ALL', '_OK>']
      if (said.includes('sail')) return ['The ferry ', 'may sail: ', '5,5 m – ça passe ⛴️']
      if (said.includes('talk')) return ticks()
      return last?.role === 'tool' ? ['It is ', '42.'] : [{ tool: 'add', arguments: { a: 19, b: 23 } }]
    },
    { pace: () => pause(5) },
  )
  const assistant = createHybridAgent({ name: 'assistant', provider, tools: [add] })
  const pilot = createHybridAgent({ name: 'pilot', provider, tools: [tide], plugins: [dawp({ document: sailingCheck, streamBoundaryEvents: true })] })
  return { agents: { assistant, pilot }, provider, abandoned }
}
