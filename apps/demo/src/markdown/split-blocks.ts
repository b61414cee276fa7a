/**
 * Enters: a Markdown text that grows at its end. Leaves: blocks that will not change any more, and the tail that still may.
 * Only what is new is looked at. Joined in order, the blocks and the tail are the text again. Blocks are rendered on their own,
 * so a link reference defined in another block is shown as it is written.
 */

export interface Blocks {
  /** Finished blocks in groups, so that a long text costs a handful of comparisons per frame. A full group keeps its identity. */
  readonly groups: readonly (readonly string[])[]
  readonly tail: string
  /** Whether the tail is inside a code fence that has not been closed. */
  readonly fenced: boolean
}

export interface BlockSplitter {
  /** Takes the whole text so far; it may only have grown, else splitting begins again. */
  update(text: string): Blocks
}

/** Blocks in a full group. */
export const groupSize = 24
const fenceMarks = /^\s*(`{3,}|~{3,})(.*)$/
const rememberedCharacters = 32

export function createBlockSplitter(): BlockSplitter {
  let groups: (readonly string[])[] = []
  let blockStart = 0
  let lineStart = 0
  let blankBefore = false
  let fence: string | undefined
  let seen = ''

  const reset = () => {
    groups = []
    blockStart = 0
    lineStart = 0
    blankBefore = false
    fence = undefined
  }

  const finish = (text: string, end: number) => {
    if (end === blockStart) return
    const last = groups.at(-1)
    const block = text.slice(blockStart, end)
    if (last && last.length < groupSize) groups = [...groups.slice(0, -1), [...last, block]]
    else groups = [...groups, [block]]
    blockStart = end
  }

  const takeLine = (text: string, line: string, end: number) => {
    const marks = fenceMarks.exec(line)
    if (fence !== undefined) {
      const closes = marks?.[1]?.startsWith(fence) && marks[2]?.trim() === ''
      if (!closes) return
      fence = undefined
      // A fence that stood inside a list item belongs to the list, which may go on.
      if (!/^\s/.test(line)) finish(text, end)
      return
    }
    if (line.trim() === '') {
      blankBefore = true
      return
    }
    if (blankBefore && !/^(?: {2}|\t)/.test(line)) finish(text, lineStart)
    blankBefore = false
    if (marks?.[1] && !(marks[1].startsWith('`') && marks[2]?.includes('`'))) fence = marks[1]
  }

  return {
    update(text) {
      // O(1) stand-in for “starts with what was seen”: the lengths, and the last characters of it.
      const grown = text.length >= seen.length && text.startsWith(seen.slice(-rememberedCharacters), Math.max(0, seen.length - rememberedCharacters))
      if (!grown) reset()
      seen = text
      for (let end = text.indexOf('\n', lineStart); end >= 0; end = text.indexOf('\n', lineStart)) {
        takeLine(text, text.slice(lineStart, end), end + 1)
        lineStart = end + 1
      }
      // The last line is not whole yet, but its first character says enough.
      if (fence === undefined && blankBefore && /\S/.test(text.charAt(lineStart))) {
        finish(text, lineStart)
        blankBefore = false
      }
      return { groups, tail: text.slice(blockStart), fenced: fence !== undefined }
    },
  }
}
