import { defineTool } from '@agentstream/edge'
import * as z from 'zod'
import { wait } from '../wait.ts'
import { ownLibrary } from './library.ts'

export interface Passages {
  readonly topic: string
  readonly found: readonly { readonly title: string; readonly page: string; readonly excerpt: string }[]
}

interface Shelf {
  readonly name: string
  readonly description: string
  readonly holds: (page: string) => boolean
  /** Per passage: reading takes its time, so that branches can be seen at work. */
  readonly passageMs: number
}

const searched = 60
const kept = 3

/** Reads what one shelf of the project's library says about a topic, and tells how far it is. */
export function createReader({ name, description, holds, passageMs }: Shelf) {
  return defineTool({
    name,
    description,
    parameters: z.object({ topic: z.string().min(1).max(200) }),
    async execute({ topic }, { signal, emit }): Promise<Passages> {
      const hits = ownLibrary()
        .search(topic, searched)
        .filter(({ page }) => holds(page))
        .slice(0, kept)
      for (const [position, hit] of hits.entries()) {
        emit({ progress: position / hits.length, message: `Reading ${hit.title}` })
        await wait(passageMs, signal)
      }
      emit({ progress: 1, message: 'Done' })
      return { topic, found: hits.map(({ title, page, excerpt }) => ({ title, page, excerpt })) }
    },
  })
}
