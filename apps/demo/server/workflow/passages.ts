import * as z from 'zod'

const passages = z.object({ found: z.array(z.object({ title: z.string(), page: z.string(), excerpt: z.string() })) })

/** What a reading tool found; nothing where it is something else. The result of a tool is not typed between steps. */
export function readPassages(result: unknown): z.infer<typeof passages>['found'] {
  return passages.safeParse(result).data?.found ?? []
}
