import { createHybridAgent, dawp, defineTool, type StreamingProvider } from '@agentstream/edge'
import { z } from 'zod'

const lookUp = defineTool({
  name: 'look_up',
  description: 'What the almanac says about a port',
  parameters: z.object({ port: z.string() }),
  async execute({ port }, { emit }) {
    emit({ progress: 0.5, message: `Reading the page of ${port}` })
    return { port, highWater: '14:05' }
  },
})

const book = defineTool({
  name: 'book_berth',
  description: 'Books a berth',
  parameters: z.object({ port: z.string(), nights: z.number().int().min(1) }),
  // The run waits until a person answers, and a call nobody answers is denied.
  needsApproval: ({ nights }) => nights > 1,
  execute: ({ port, nights }) => ({ booked: port, nights }),
})

// Prompts that are followed one by one, each until the model prints the marker of a finished step.
const departure = `---
name: departure-check
placement: pre_main_loop
---

## Contract

### Prompt Completion Marker: \`<STEP_OK>\`

### DAWP Completion Marker: \`<ALL_OK>\`

<Prompt 1>
### Gather facts
Name the tide and the wind.
</Prompt 1>

<Prompt 2>
### Decide
Say whether to leave today.
</Prompt 2>
`

export function harbourAgent(provider: StreamingProvider) {
  return createHybridAgent({
    name: 'harbour',
    instructions: 'You help skippers. Say what you know and where it is from.',
    provider,
    tools: [lookUp, book],
    maxIterations: 8,
    plugins: [dawp({ document: departure, streamBoundaryEvents: true })],
  })
}
