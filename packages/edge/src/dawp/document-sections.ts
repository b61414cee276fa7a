import { DawpDocumentError } from '../errors.ts'
import { isMarker } from './markers.ts'
import { isPythonSpace, strip } from './python-text.ts'

/** The body of a document by its headings. All of it works line by line, and every line is looked at a fixed number of times. */
export interface Sections {
  readonly instruction: string
  readonly contract: string
  readonly appendix: string
  /** Where the appendix starts in the body; its end when there is none. */
  readonly appendixAt: number
}

export function readSections(body: string): Sections {
  const lines = body.split('\n')
  const appendix = headingIndex(lines, (words) => words === 'appendix')
  return {
    instruction: sectionText(lines, 'instruction'),
    contract: sectionText(lines, 'contract'),
    appendix: appendix < 0 ? '' : strip(lines.slice(appendix + 1).join('\n')),
    appendixAt: appendix < 0 ? body.length : lines.slice(0, appendix).reduce((at, line) => at + line.length + 1, 0),
  }
}

/** What stands under `## Word` or `## Word:`, up to the next heading of that level. */
function sectionText(lines: readonly string[], word: string): string {
  const start = headingIndex(lines, (words) => words === word || (words.endsWith(':') && strip(words.slice(0, -1)) === word))
  if (start < 0) return ''
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '))
  return strip(lines.slice(start + 1, end < 0 ? undefined : end).join('\n'))
}

function headingIndex(lines: readonly string[], matches: (words: string) => boolean): number {
  return lines.findIndex((line) => line.startsWith('##') && isPythonSpace(line, 2) && matches(strip(line.slice(2)).toLowerCase()))
}

/** What the contract of a document lays down. */
export interface Contract {
  readonly action: string
  readonly stepMarker: string
  readonly runMarker: string
}

/** Throws DawpDocumentError for a contract without its two markers, or with ones that cannot be told apart. */
export function readContract(text: string, source: string): Contract {
  const lines = text.split('\n')
  const step = subheadingIndex(lines, 'prompt completion marker:')
  if (step < 0)
    throw new DawpDocumentError('step_marker_missing', 'The contract has no line "### Prompt Completion Marker: `<TOKEN>`"', { line: contractLine(source) })
  const run = subheadingIndex(lines, 'dawp completion marker:')
  if (run < 0) throw new DawpDocumentError('run_marker_missing', 'The contract has no line "### DAWP Completion Marker: `<TOKEN>`"')
  const stepMarker = tokenOf(lines[step])
  if (stepMarker === undefined) throw new DawpDocumentError('step_marker_token_missing', 'The prompt completion marker must stand in backticks on its line')
  const runMarker = tokenOf(lines[run])
  if (runMarker === undefined) throw new DawpDocumentError('run_marker_token_missing', 'The DAWP completion marker must stand in backticks on its line')
  checkMarkers({ stepMarker, runMarker })
  return { action: actionText(lines), stepMarker, runMarker }
}

/** Throws DawpDocumentError for markers no model could be asked for. */
export function checkMarkers({ stepMarker, runMarker }: { readonly stepMarker: string; readonly runMarker: string }): void {
  if (!isMarker(stepMarker) || !isMarker(runMarker))
    throw new DawpDocumentError('marker_invalid', 'A completion marker is capitals, digits and "_" in angle brackets, at most 25 characters: <STEP_DONE>')
  if (stepMarker === runMarker) throw new DawpDocumentError('markers_equal', 'The two completion markers must differ')
}

function subheadingIndex(lines: readonly string[], words: string, from = 0): number {
  return lines.findIndex((line, index) => index >= from && line.startsWith('###') && strip(line.slice(3)).toLowerCase().startsWith(words))
}

function tokenOf(line = ''): string | undefined {
  return /`(<[^`]*>)`/.exec(line)?.[1]
}

/** From `### Action` to the heading of the step marker; a run marker between them becomes part of it, as upstream. */
function actionText(lines: readonly string[]): string {
  const start = lines.findIndex((line) => line.startsWith('###') && /^action\s?:?$/.test(strip(line.slice(3)).toLowerCase()))
  const end = start < 0 ? -1 : subheadingIndex(lines, 'prompt completion marker:', start)
  return end < 0 ? '' : strip(lines.slice(start + 1, end).join('\n'))
}

/** Upstream looks for the heading as plain text in the whole source, in this spelling only. */
function contractLine(source: string): number | undefined {
  const at = source.indexOf('## Contract')
  return at < 0 ? undefined : source.slice(0, at).split('\n').length
}
