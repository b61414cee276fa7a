/** Enters: a sentence. Leaves: the arithmetic in it, written as the calculator reads it, and the words that are left. */

export interface FoundExpression {
  readonly expression: string
  readonly rest: string
}

const spoken: readonly (readonly [RegExp, string])[] = [
  [/(\d+(?:\.\d+)?)\s*(?:%|percent)\s+of\s+/gi, '($1 / 100) * '],
  [/(?:the\s+)?square root of\s+(\d+(?:\.\d+)?)/gi, 'sqrt($1)'],
  [/\bmultiplied by\b|\btimes\b|×/gi, '*'],
  [/\bdivided by\b|÷/gi, '/'],
  [/\bto the power of\b/gi, '^'],
  [/\bsquared\b/gi, '^ 2'],
  [/\bcubed\b/gi, '^ 3'],
  [/\bplus\b/gi, '+'],
  [/\bminus\b|−/gi, '-'],
]

const functions = new Set('abs ceil cbrt cos exp floor log log10 log2 max mean median min mod round sin sqrt sum tan gcd lcm'.split(' '))
const constants = new Set('pi e tau phi'.split(' '))
const units = new Set(
  (
    'm cm mm km inch inches foot feet ft yard yards mile miles g kg lb lbs oz celsius fahrenheit kelvin ' +
    'second seconds minute minutes hour hours day days week weeks liter liters gallon gallons B kB MB GB TB'
  ).split(' '),
)

/** One alternative per kind of token; a date or a version number is matched first so that it is not read as a subtraction. */
const token = /\d{4}-\d{2}-\d{2}|\d+(?:\.\d+){2,}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[a-z]+\d*|[-+*/^(),]|\S/gi

interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The longest piece of arithmetic in a sentence, or undefined where there is none. */
export function findExpression(sentence: string): FoundExpression | undefined {
  const text = spoken.reduce((now, [pattern, written]) => now.replace(pattern, written), sentence)
  let best: readonly Token[] = []
  for (const run of arithmeticRuns([...text.matchAll(token)].map(toToken))) {
    const trimmed = trim(run)
    if (isComputable(trimmed) && trimmed.length > best.length) best = trimmed
  }
  const [first] = best
  const last = best.at(-1)
  if (!first || !last) return undefined
  return { expression: write(best), rest: `${text.slice(0, first.start)} ${text.slice(last.end)}` }
}

function toToken(match: RegExpExecArray): Token {
  return { text: match[0], start: match.index, end: match.index + match[0].length }
}

function* arithmeticRuns(tokens: readonly Token[]): Generator<readonly Token[]> {
  let run: Token[] = []
  for (const [position, current] of tokens.entries()) {
    if (isArithmetic(current.text, tokens[position - 1]?.text, tokens[position + 1]?.text)) run.push(current)
    else {
      yield run
      run = []
    }
  }
  yield run
}

function isArithmetic(text: string, before: string | undefined, after: string | undefined): boolean {
  if (/^[-+*/^(),]$/.test(text)) return true
  if (/^\d/.test(text)) return !/^\d{4}-\d{2}-\d{2}$|^\d+(?:\.\d+){2,}$/.test(text)
  if (functions.has(text)) return after === '('
  return isMeantAsNumber(text, before ?? '', after ?? '')
}

/** “e”, “m”, “day” or “in” are words too: they count only beside something that can be computed with. */
function isMeantAsNumber(text: string, before: string, after: string): boolean {
  if (constants.has(text)) return isOperator(before) || isOperator(after)
  if (units.has(text)) return isNumber(before) || before === 'to' || before === 'in'
  return (text === 'to' || text === 'in') && units.has(before) && units.has(after)
}

const isNumber = (text: string) => /^\d/.test(text)
const isOperator = (text: string) => /^[-+*/^()]$/.test(text)

/** Without what cannot begin or end an expression, and without parentheses that have no partner. */
function trim(run: readonly Token[]): readonly Token[] {
  let from = 0
  let to = run.length
  while (from < to && /^[*/^,)+]$|^to$|^in$/.test(run[from]?.text ?? '')) from += 1
  while (to > from && /^[-+*/^,(]$|^to$|^in$/.test(run[to - 1]?.text ?? '')) to -= 1
  const kept = run.slice(from, to)
  const depth = kept.reduce((sum, { text }) => sum + (text === '(' ? 1 : text === ')' ? -1 : 0), 0)
  if (depth > 0 && kept[0]?.text === '(') return trim(kept.slice(1))
  if (depth < 0 && kept.at(-1)?.text === ')') return trim(kept.slice(0, -1))
  return depth === 0 ? kept : []
}

function isComputable(run: readonly Token[]): boolean {
  const hasValue = run.some(({ text }) => isNumber(text) || constants.has(text))
  const hasWork = run.some(({ text }, position) => (position > 0 && /^[-+*/^]$|^to$|^in$/.test(text)) || functions.has(text))
  return hasValue && hasWork
}

function write(run: readonly Token[]): string {
  const words = run.map(({ text }) => (text === 'in' ? 'to' : /^\d{1,3}(,\d{3})+/.test(text) ? text.replaceAll(',', '') : text))
  return words
    .join(' ')
    .replace(/\s*([(),^])\s*/g, (_all, sign: string) => (sign === ',' ? ', ' : sign))
    .replace(/([-+*/])\(/g, '$1 (')
    .replace(/\)([-+*/])/g, ') $1')
    .trim()
}
