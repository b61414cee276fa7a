/** Enters: the project's own files. Leaves: passages that can be searched. */

export interface Passage {
  readonly id: string
  readonly title: string
  /** Path of the file, from the root of the repository. */
  readonly page: string
  readonly text: string
}

/** One passage per heading. Headings inside code fences are code. */
export function markdownPassages(page: string, source: string): readonly Passage[] {
  const passages: Passage[] = []
  let title = page
  let lines: string[] = []
  let fenced = false
  const close = () => {
    const text = lines.join('\n').trim()
    if (text !== '') passages.push({ id: `${page}#${passages.length}`, title, page, text })
    lines = []
  }
  for (const line of source.split('\n')) {
    if (/^\s*(?:```|~~~)/.test(line)) fenced = !fenced
    const heading = fenced ? undefined : /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1]
    if (heading === undefined) lines.push(line)
    else {
      close()
      title = heading
    }
  }
  close()
  return passages
}

const documented = /\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*(?:export\s+(?:async\s+)?(?:function\*?|const|interface|type|class)\s+(\w+))?/g

/** One passage per documented export of a source file, and one for what the file says about itself. */
export function commentPassages(page: string, source: string): readonly Passage[] {
  const passages: Passage[] = []
  for (const [, comment = '', name] of source.matchAll(documented)) {
    const text = comment
      .split('\n')
      .map((line) => line.replace(/^\s*\*?\s?/, ''))
      .join('\n')
      .trim()
    const title = name ?? (passages.length === 0 ? page.replace(/^.*\//, '') : undefined)
    // Comments on members say little without the type they belong to.
    if (title !== undefined && text.length > 20) passages.push({ id: `${page}#${passages.length}`, title, page, text })
  }
  return passages
}

/**
 * The part of a passage that speaks about the words asked for, at most `length` characters, cut between words. Code and tables
 * are left out: one line of them says nothing.
 */
export function excerptOf(text: string, words: readonly string[], length = 260): string {
  const plain = text
    .replace(/```[\s\S]*?(?:```|$)|^\s*\|.*$|^\s*@example[\s\S]*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  const lower = plain.toLowerCase()
  const found = words.map((word) => lower.indexOf(word.toLowerCase())).filter((at) => at >= 0)
  const hit = found.length > 0 ? Math.min(...found) : 0
  const sentence = plain.lastIndexOf('. ', hit) + 2
  const from = sentence > 1 && hit - sentence < length / 2 ? sentence : hit < length / 2 ? 0 : hit - Math.floor(length / 4)
  const piece = plain.slice(from, from + length)
  const whole = from + length >= plain.length ? piece : piece.replace(/\s+\S*$/, '…')
  return from > 0 && from !== sentence ? whole.replace(/^\S*\s+/, '…') : whole
}
