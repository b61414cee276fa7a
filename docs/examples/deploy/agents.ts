import { createHybridAgent, defineTool } from '@agentstream/edge'
import { openai } from '@agentstream/edge/openai'
import { z } from 'zod'

const tide = defineTool({
  name: 'tide',
  description: 'The next high water of a port',
  parameters: z.object({ port: z.string() }),
  execute: ({ port }) => ({ port, highWater: '14:05' }),
})

export const agentsFor = (apiKey: string) => ({
  harbour: createHybridAgent({ name: 'harbour', provider: openai({ apiKey, model: 'gpt-5-mini' }), tools: [tide] }),
})
