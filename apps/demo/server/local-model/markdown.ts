/** Small pieces of Markdown, made from text that may hold anything. */

/** Text that reads as it stands, whatever Markdown would see in it. Pairs of backticks stay: they mark names in our documents. */
export function plain(text: string): string {
  const oneLine = text.replace(/\s+/g, ' ').trim()
  const even = (oneLine.match(/`/g) ?? []).length % 2 === 0 ? oneLine : oneLine.replaceAll('`', '')
  return even.replace(/`[^`]*`|[\\*_[\]<>|#~]/g, (found) => (found.length > 1 ? found : `\\${found}`))
}

export function code(text: string): string {
  return `\`${text.replace(/[`\s]+/g, ' ').trim() || ' '}\``
}

export function fence(language: string, text: string): string {
  // A fence longer than any inside it cannot be closed from within.
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}${language}\n${text}\n${marks}`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  // Inside a table a bar ends the cell, even in code.
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
