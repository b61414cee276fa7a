import { defineTool } from '@agentstream/edge'
import * as z from 'zod'
import { ownLibrary } from './library.ts'

export const searchDocs = defineTool({
  name: 'search_docs',
  description: "Searches AgentStream's own documents: its README, its guides and what its sources say about themselves.",
  parameters: z.object({ query: z.string().min(1).max(200), limit: z.number().int().min(1).max(10).default(4) }),
  execute: ({ query, limit }) => {
    const library = ownLibrary()
    return { query, searched: library.passageCount, hits: library.search(query, limit) }
  },
})
