import { createAgentHandler, createHybridAgent, defineTool } from '@agentstream/edge'
import { openai } from '@agentstream/edge/openai'
import { z } from 'zod'

const tide = defineTool({
  name: 'tide',
  description: 'The next high water of a port',
  parameters: z.object({ port: z.string() }),
  async execute({ port }, { signal }) {
    const response = await fetch(`https://tides.example/${encodeURIComponent(port)}`, { signal })
    return response.json()
  },
})

export function serve(apiKey: string) {
  const harbour = createHybridAgent({ name: 'harbour', provider: openai({ apiKey, model: 'gpt-5-mini' }), tools: [tide] })
  return createAgentHandler({ agents: { harbour }, basePath: '/api' })
}
