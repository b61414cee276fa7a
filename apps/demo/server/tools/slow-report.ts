import { defineTool } from '@agentstream/edge'
import * as z from 'zod'
import { wait } from '../wait.ts'
import { ownLibrary } from './library.ts'

/** Slow on purpose: it reports how far it is, and stops at once when the run is cancelled. */
export function createSlowReport(sectionMs: number) {
  return defineTool({
    name: 'slow_report',
    description: "Puts together a report about a topic from the project's documents. Takes a few seconds and tells how far it is.",
    parameters: z.object({ topic: z.string().min(1).max(200), sections: z.number().int().min(1).max(8).default(4) }),
    async execute({ topic, sections }, { signal, emit }) {
      const library = ownLibrary()
      const hits = library.search(topic, sections)
      const started = Date.now()
      const report: { title: string; page: string; summary: string }[] = []
      for (const [position, hit] of hits.entries()) {
        emit({ progress: position / hits.length, message: `Reading ${hit.title} (${position + 1} of ${hits.length})` })
        await wait(sectionMs, signal)
        report.push({ title: hit.title, page: hit.page, summary: hit.excerpt })
      }
      emit({ progress: 1, message: 'Done' })
      return { topic, seconds: Math.round((Date.now() - started) / 100) / 10, sections: report }
    },
  })
}
