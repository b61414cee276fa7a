/** Enters: what the tools returned. Leaves: the answer, in Markdown. Everything in it comes from the results. */
import { type Conversation, isRecord, type ToolOutcome } from './conversation.ts'
import { code, fence, plain, table } from './markdown.ts'

export function writeAnswer(conversation: Conversation): string {
  const outcomes = conversation.rounds.flat()
  if (outcomes.length === 0) return introduction
  return [...outcomes.map(section), closing(outcomes)].filter((part) => part !== '').join('\n\n')
}

const introduction = `I am **not a language model**. I am a few hundred lines of rules that stand in for one, so that this page needs no key and no network. Everything around me is real: the agent loop, the tools, the server, the stream.

I did not find a tool for that. I can:

- **calculate**: *What is 17.5% of 240 plus sqrt(2)?*
- **search this project's documents**: *How does AgentStream notice a truncated run?*
- **write a slow report**, telling how far I am: *Write a report about cancelling*
- **count the words of a page**, or fail at it: *How many words are in the page unicorn?*
- **leave a note**, when you allow it: *Leave a note to Ada: the tide is high at noon*
- remember this conversation: *What did I ask before?*
- do two things at once, or one *then* the other.

To talk to a real model instead, start the demo with a key:

${fence('sh', 'OPENAI_API_KEY=… npm run demo')}`

function section(outcome: ToolOutcome): string {
  switch (outcome.tool) {
    case 'calculator':
      return calculation(outcome)
    case 'search_docs':
      return findings(outcome)
    case 'slow_report':
      return report(outcome)
    case 'send_note':
      return note(outcome)
    case 'word_count':
      return words(outcome)
    default:
      return `## ${code(outcome.tool)}\n\n${plain(outcome.text)}`
  }
}

function calculation(outcome: ToolOutcome): string {
  const { value } = outcome
  if (!isRecord(value)) return failed(outcome)
  const expression = String(value['expression'])
  const result = String(value['result'])
  return `## = ${plain(result)}

That is the value of ${code(expression)}, worked out by the calculator and not guessed:

${fence('text', `${expression}\n= ${result}`)}

It reads [math.js expressions](https://mathjs.org/docs/expressions/syntax.html): functions, units and constants, but nothing that could change the calculator itself.`
}

function findings(outcome: ToolOutcome): string {
  const { value } = outcome
  if (!isRecord(value)) return failed(outcome)
  const hits = recordsOf(value['hits'])
  const query = String(value['query'])
  if (hits.length === 0) return `## Nothing about ${plain(query)}\n\nNone of the ${String(value['searched'])} passages of this project mentions it.`
  const [best, ...others] = hits
  const quoted = others.map((hit) => `- **${plain(String(hit['title']))}**: ${plain(String(hit['excerpt']))}`)
  return `## Found for “${plain(query)}”

> ${plain(String(best?.['excerpt']))}

That is from **${plain(String(best?.['title']))}** in ${code(String(best?.['page']))}.${quoted.length > 0 ? ` ${capitalised(count(quoted.length, 'more passage'))} close to it:\n\n${quoted.join('\n')}` : ''}

${table(
  ['Passage', 'Where', 'Score'],
  hits.map((hit) => [plain(String(hit['title'])), code(String(hit['page'])), String(hit['score'])]),
)}`
}

function report(outcome: ToolOutcome): string {
  const { value } = outcome
  if (!isRecord(value)) return failed(outcome)
  const sections = recordsOf(value['sections'])
  return `## Report: ${plain(String(value['topic']))}

Put together from ${count(sections.length, 'passage')} in ${String(value['seconds'])} seconds.

${sections.map((entry, position) => `${position + 1}. **${plain(String(entry['title']))}** \n   ${plain(String(entry['summary']))}`).join('\n')}

${fence('text', sections.map((entry) => `${String(entry['page'])}`).join('\n'))}`
}

function words(outcome: ToolOutcome): string {
  const { value } = outcome
  if (!isRecord(value)) return failed(outcome)
  return `## ${Number(value['words']).toLocaleString('en')} words\n\n${code(String(value['page']))} has ${count(Number(value['words']), 'word')} in ${count(Number(value['lines']), 'line')}.`
}

function note(outcome: ToolOutcome): string {
  const { value, input } = outcome
  if (!isRecord(value)) return `## The note was not sent\n\nThe tool did not run. It was answered:\n\n> ${plain(outcome.text)}\n\nI leave it at that.`
  return `## The note is with ${plain(String(value['to']))}\n\nYou allowed it, and the tool ran:\n\n> ${plain(String(input['text']))}`
}

/** What the server's session knows of the conversation. */
export function recollection(earlier: readonly string[]): string {
  if (earlier.length === 0) return 'Nothing. This is the first message of our conversation.'
  const questions = earlier.map((question, position) => `${position + 1}. ${plain(question)}`)
  return `## Before this, you asked\n\n${questions.join('\n')}\n\nYour page sent only the new question: the server keeps the conversation under its session.`
}

function failed(outcome: ToolOutcome): string {
  return `## ${code(outcome.tool)} did not work\n\nIt answered:\n\n> ${plain(outcome.text)}\n\nA failing tool does not end the run: the loop hands me the failure, and I go on with what is left.`
}

function closing(outcomes: readonly ToolOutcome[]): string {
  return outcomes.length > 1 ? `---\n\n*${capitalised(count(outcomes.length, 'tool call'))}, one answer.*` : ''
}

const recordsOf = (value: unknown) => (Array.isArray(value) ? value.filter(isRecord) : [])
const numberWords = ['no', 'one', 'two', 'three', 'four', 'five', 'six']

function count(amount: number, what: string): string {
  return `${numberWords[amount] ?? amount.toLocaleString('en')} ${what}${amount === 1 ? '' : 's'}`
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
