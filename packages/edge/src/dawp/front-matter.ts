import { parseDocument, type Tags } from 'yaml'
import { DawpDocumentError } from '../errors.ts'
import { strip } from './python-text.ts'

/** The head of a document: where it stands, and what its YAML says. The rest of the compiler sees a Map and the body. */
export interface FrontMatter {
  readonly fields: ReadonlyMap<unknown, unknown>
  readonly body: string
}

/** Throws DawpDocumentError for YAML that is broken, unsafe, or no mapping. A document without a head has no fields. */
export function readFrontMatter(source: string): FrontMatter {
  const found = wrappedInComments(source) ?? atTheTop(source)
  return found ? { fields: parseFields(found.yaml), body: source.slice(found.bodyAt) } : { fields: new Map(), body: source }
}

interface Found {
  readonly yaml: string
  readonly bodyAt: number
}

interface Line {
  readonly text: string
  /** Where it starts in the source. */
  readonly at: number
}

function linesOf(source: string): Line[] {
  let at = 0
  return source.split('\n').map((text) => {
    const line = { text, at }
    at += text.length + 1
    return line
  })
}

const isRule = (line: Line | undefined): boolean => line?.text.startsWith('---') === true && strip(line.text) === '---'
const isBlank = (line: Line): boolean => strip(line.text) === ''

/** `---`, YAML, `---`, at the very start: a byte order mark or a blank line before it hides it, as upstream. */
function atTheTop(source: string): Found | undefined {
  const lines = linesOf(source)
  if (!isRule(lines[0])) return undefined
  const end = lines.findIndex((line, index) => index > 0 && isRule(line))
  return end < 0 ? undefined : between(lines, { start: 0, end, bodyAt: lines[end + 1]?.at ?? source.length })
}

function between(lines: readonly Line[], { start, end, bodyAt }: { start: number; end: number; bodyAt: number }): Found {
  return {
    yaml: lines
      .slice(start + 1, end)
      .map(({ text }) => text)
      .join('\n'),
    bodyAt,
  }
}

/** The same between two comments that say "Metadata", anywhere in the text. What stands before is dropped. */
function wrappedInComments(source: string): Found | undefined {
  if (!/metadata/i.test(source)) return undefined
  const lines = linesOf(source)
  const opening = lines.findIndex((line, index) => isRule(lines[index + 1]) && endOfComment(line.text, { isLastOnLine: true }) !== undefined)
  if (opening < 0) return undefined
  // A comment further down closes no other blocks than this one would, so the first opening decides.
  const following = followingText(lines)
  for (let end = opening + 2; end < lines.length; end++) {
    const line = isRule(lines[end]) ? following[end] : undefined
    const close = line && endOfComment(line.text, { isLastOnLine: false })
    if (line && close !== undefined) return between(lines, { start: opening + 1, end, bodyAt: line.at + close })
  }
  return undefined
}

/** For every line the next one that is not blank. Found from the end, so that many blank lines are not passed many times. */
function followingText(lines: readonly Line[]): (Line | undefined)[] {
  const following: (Line | undefined)[] = []
  let next: Line | undefined
  for (let index = lines.length - 1; index >= 0; index--) {
    following[index] = next
    const line = lines[index]
    if (line && !isBlank(line)) next = line
  }
  return following
}

/** Where a comment that says "Metadata" ends in a line, or undefined when there is none. */
function endOfComment(line: string, { isLastOnLine }: { isLastOnLine: boolean }): number | undefined {
  const start = line.indexOf('<!--')
  if (start < 0) return undefined
  const word = line.slice(start).search(/metadata/i)
  const end = word < 0 ? -1 : line.indexOf('-->', start + word)
  if (end < 0) return undefined
  return isLastOnLine && strip(line.slice(end + 3)) !== '' ? undefined : end + 3
}

const largestHead = 64 * 1024
// PyYAML refuses these before it parses anything.
const unreadable = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

function parseFields(yaml: string): ReadonlyMap<unknown, unknown> {
  if (yaml.length > largestHead) throw broken(`larger than the limit of ${largestHead} characters`)
  if (unreadable.test(yaml)) throw broken('it holds control characters')
  const value = load(yaml)
  if (value === null || value === undefined) return new Map()
  if (!(value instanceof Map)) throw new DawpDocumentError('front_matter_not_mapping', 'The front matter is not a mapping of names to values')
  return value
}

function load(yaml: string): unknown {
  try {
    // YAML 1.1, as PyYAML reads it: `no` and `off` are booleans. A Map, so that no key can be more than a key.
    const document = parseDocument(yaml, { version: '1.1', customTags: likePyYaml, uniqueKeys: false, logLevel: 'error' })
    const problem = document.errors[0] ?? document.warnings[0]
    if (problem) throw broken(problem.code.toLowerCase().replaceAll('_', ' '))
    return document.toJS({ mapAsMap: true, maxAliasCount: 100 })
  } catch (cause) {
    if (cause instanceof DawpDocumentError) throw cause
    // What the YAML reader throws for aliases that multiply, and what the engine throws for nesting deeper than the stack.
    const isTooMuch = cause instanceof ReferenceError || cause instanceof RangeError
    throw broken(isTooMuch ? 'it refers to itself too often or is nested too deeply' : 'the YAML reader does not work here', cause)
  }
}

function broken(why: string, cause?: unknown): DawpDocumentError {
  return new DawpDocumentError('front_matter_yaml', `The front matter cannot be read as YAML: ${why}`, { cause })
}

/** PyYAML does not take `y` and `n` for booleans, though YAML 1.1 would; and a date is wanted as the text it is. */
function likePyYaml(tags: Tags): Tags {
  return tags.flatMap((tag): Tags => {
    if (typeof tag === 'string' || tag.tag === 'tag:yaml.org,2002:timestamp') return typeof tag === 'string' ? [tag] : []
    if (tag.tag !== 'tag:yaml.org,2002:bool' || !('test' in tag) || !tag.test) return [tag]
    const test = tag.test.test('yes') ? /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/ : /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/
    return [{ ...tag, test }]
  })
}
