import { isPythonSpace, strip } from './python-text.ts'

/** A `<Prompt N>` … `</Prompt N>` of a document. */
export interface PromptBlock {
  readonly number: number
  readonly text: string
  /** Where it starts in the body. */
  readonly at: number
}

/**
 * All blocks, in order of their numbers and then of the document. Tags that are not closed by their own number are passed
 * over. Linear, where upstream's lazy expression with a back reference takes the square of many unclosed tags.
 */
export function readPromptBlocks(body: string): PromptBlock[] {
  const tags = [...body.matchAll(/<(\/?)Prompt\s{1,8}(\d{1,15})>/g)].map((match) => {
    const [all, slash, digits = ''] = match
    return { isClosing: slash === '/', digits, at: match.index, end: match.index + all.length }
  })
  // Last first, so that the next one is taken from the end.
  const closings = new Map<string, typeof tags>()
  for (const tag of tags.toReversed()) {
    if (!tag.isClosing) continue
    const same = closings.get(tag.digits)
    if (same) same.push(tag)
    else closings.set(tag.digits, [tag])
  }
  const blocks: PromptBlock[] = []
  let from = 0
  for (const tag of tags) {
    if (tag.isClosing || tag.at < from) continue
    const waiting = closings.get(tag.digits) ?? []
    let closing = waiting.at(-1)
    while (closing && closing.at < tag.end) {
      waiting.pop()
      closing = waiting.at(-1)
    }
    if (!closing) continue
    blocks.push({ number: Number(tag.digits), text: strip(body.slice(tag.end, closing.at)), at: tag.at })
    from = closing.end
  }
  return blocks.sort((one, other) => one.number - other.number)
}

/** What a step is called: its first `### ` line, else its number. */
export function stepId({ number, text }: PromptBlock): string {
  const title = text.split('\n').find((line) => line.startsWith('###') && isPythonSpace(line, 3) && strip(line.slice(3)) !== '')
  return title === undefined ? `prompt-${number}` : slug(title.slice(3))
}

/** Lower case, and `-` for whatever is no Latin letter or digit. */
export function slug(title: string): string {
  const words = title
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
  return words.join('-') || 'step'
}
