import { defineTool, ToolError } from '@agentstream/edge'
import * as z from 'zod'
import { ownLibrary } from './library.ts'

/** Fails for a page that does not exist: the demo's way to show a tool card that failed. */
export const wordCount = defineTool({
  name: 'word_count',
  description: 'Counts the words of one page of the documents, by its name, such as README.md.',
  parameters: z.object({ page: z.string().min(1).max(100) }),
  execute: ({ page }) => {
    const library = ownLibrary()
    const text = library.page(page)
    if (text === undefined) throw new ToolError('word_count', `There is no page named “${page}”. ${known(library.pageNames)}`)
    return { page, words: text.match(/\S+/g)?.length ?? 0, lines: text.split('\n').length }
  },
})

function known(names: readonly string[]): string {
  return names.length === 0 ? 'No pages have been written yet.' : `The pages are: ${names.slice(0, 12).join(', ')}.`
}
