/** `16-dawp-triggered-mid-loop` reads “16 · DAWP triggered mid loop”. */
export function recordingTitle(name: string): string {
  const [number = '', ...words] = name.split('-')
  const title = words
    .join(' ')
    .replace(/\bdawp\b/g, 'DAWP')
    .replace(/\bllm\b/g, 'LLM')
  return `${number} · ${title.charAt(0).toUpperCase()}${title.slice(1)}`
}
