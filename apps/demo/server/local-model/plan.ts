/**
 * Enters: what the person asked. Leaves: rounds of tool calls, decided by rules anybody can read.
 * This is the whole “thinking” of the local model: word lists, and no language model behind them.
 */
import { findExpression } from './expression.ts'

export type PlannedTool = 'calculator' | 'search_docs' | 'send_note' | 'slow_report' | 'word_count'

export interface PlannedCall {
  readonly tool: PlannedTool
  readonly input: Readonly<Record<string, string | number>>
  /** Why, in a sentence that is shown as thinking. */
  readonly reason: string
}

export type Round = readonly PlannedCall[]

const fillers = new Set(
  (
    'a about all also an and any are as at be been but by calculate can compute convert could count describe did do does document ' +
    'documentation docs equal equals explain find for from get give had has have help how i if in into is it its job know let like long look ' +
    'many may me much my need of on one or our page pages please prepare project read report results say search see shall should show slow ' +
    'so some task tell than that the their them then there these they this those to topic up us use using value want was we were what when ' +
    'where which while who why will with word words work works would write you your'
  ).split(' '),
)

const asksForReport = /\breport\b|\blong (?:job|task)\b|\bslow\b|\btake your time\b/i
const asksForWords = /\b(?:how many words|words? count|count (?:all )?(?:the )?words)\b/i
const asksForSearch = /\b(?:search|look(?:ing)? up|find|documentation|docs)\b/i
const asksForNote = /\b(?:send|leave)\s+(?:a\s+|the\s+)?note\s+to\s+(?:the\s+)?([\w-]{1,40})\s*(?:[:,]|saying|that)?\s*(.*)/i
export const asksForHistory = /\b(?:did|have|had)\s+i\s+(?:just\s+)?(?:ask|asked|say|said)\b/i
const asksSomething = /^\s*(?:and\s+)?(?:what|how|why|when|where|which|who|does|do|can|is|are|explain|describe|tell|show)\b/i
const ownSubjects =
  /\b(?:agent ?stream|aiecs|dawp|ag-ui|a2a|sse|ndjson|stream\w*|truncat\w*|resum\w*|cancel\w*|abort\w*|cursor\w*|digest\w*|journal\w*|protocol\w*|hook\w*|react|reducer|provider\w*|run state|tool calls?|token\w*|timeout\w*|retr(?:y|ies)|heartbeat\w*|worker\w*|deno|install\w*)\b/i

/** The rounds a prompt asks for: “then” begins a new one, everything else in a round runs side by side. */
export function planRounds(prompt: string): readonly Round[] {
  const rounds: Round[] = []
  // “then write a report about it”: a clause without a subject of its own means the one before.
  let lastSubject = ''
  for (const clause of prompt.split(/[,.;]?\s*\b(?:and then|then|after that|afterwards)\b/i)) {
    const round = planRound(clause, lastSubject || 'AgentStream')
    lastSubject = subjectOf(findExpression(clause)?.rest ?? clause) || lastSubject
    if (round.length > 0) rounds.push(round)
  }
  return rounds
}

function planRound(clause: string, fallbackSubject: string): Round {
  const note = asksForNote.exec(clause)
  if (note) return [noteCall(note)]
  const arithmetic = findExpression(clause)
  const rest = arithmetic?.rest ?? clause
  const calls: PlannedCall[] = []
  if (arithmetic) {
    calls.push({
      tool: 'calculator',
      input: { expression: arithmetic.expression },
      reason: `“${arithmetic.expression}” is arithmetic, so the calculator gets it.`,
    })
  }
  const page = asksForWords.test(rest) ? pageName(rest) : undefined
  const subject = subjectOf(rest)
  if (page !== undefined) {
    calls.push({ tool: 'word_count', input: { page }, reason: `A word count of “${page}” is asked for.` })
  } else if (asksForReport.test(rest)) {
    calls.push({
      tool: 'slow_report',
      input: { topic: subject || fallbackSubject, sections: 4 },
      reason: 'A report takes a few seconds; the tool tells how far it is.',
    })
  } else if (subject !== '' && (asksForSearch.test(rest) || asksSomething.test(rest) || ownSubjects.test(rest))) {
    calls.push({ tool: 'search_docs', input: { query: subject, limit: 4 }, reason: `The project's own documents may say something about “${subject}”.` })
  }
  return calls
}

/** The note is taken as it stands: numbers in it are no arithmetic, and questions in it no questions. */
function noteCall([, to = '', words = '']: RegExpExecArray): PlannedCall {
  return { tool: 'send_note', input: { to, text: words.trim() || 'Hello!' }, reason: `A note to ${to} leaves this page, so the tool asks a person first.` }
}

/** The words that carry meaning, at most eight of them. */
export function subjectOf(text: string): string {
  const words = text.toLowerCase().match(/[a-z][a-z0-9_-]*/g) ?? []
  const telling = [...new Set(words.filter((word) => !fillers.has(word) && word.length > 1))]
  // Every page is about AgentStream; beside other words its name only blurs the search.
  const others = telling.filter((word) => word !== 'agentstream')
  return (others.length > 0 ? others : telling).slice(0, 8).join(' ')
}

function pageName(text: string): string | undefined {
  const quoted = /[“"'`]([^“”"'`]{1,60})[”"'`]/.exec(text)?.[1]
  const named = /\b(?:in|on|of|does)\s+(?:the\s+)?(?:page\s+|file\s+|document\s+)?([\w][\w./-]{0,60})/i.exec(text)?.[1]
  return (quoted ?? named)?.replace(/[.?!]+$/, '')
}
