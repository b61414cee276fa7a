/**
 * Enters: a request of an agent with DAWP. Leaves: the deltas a model would send that does as its prompts say.
 * A stand-in again: it calls the tool a prompt names, repeats what tools answered, and prints the marker it is asked for.
 */
import type { ModelRequest, StreamingProvider } from '@agentstream/edge'
import { isRecord, type ToolOutcome } from '../local-model/conversation.ts'
import { type StatedCall, speak, state } from '../local-model/deltas.ts'
import { findExpression } from '../local-model/expression.ts'
import { code, plain } from '../local-model/markdown.ts'
import type { Pace } from '../local-model/pacing.ts'
import { subjectOf } from '../local-model/plan.ts'
import { readSituation, type Situation } from './situation.ts'

/** One turn: what is said, and the call it ends with. */
interface Turn {
  readonly thinking: string
  readonly text: string
  readonly call?: StatedCall
}

export function createDawpModel(pace: Pace): StreamingProvider {
  return {
    info: { provider: 'local', model: 'rules that follow prompts', supportsStreaming: true, supportsTools: true },
    async *stream(request, { signal }) {
      const { thinking, text, call } = nextTurn(request)
      const said = [...speak('thinking', thinking), ...speak('text', text), ...(call ? state(call, 0, `call_${request.messages.length}`) : [])]
      for (const delta of said) {
        await pace(signal)
        yield delta
      }
      yield { type: 'finish', reason: call ? 'tool_calls' : 'stop' }
    },
  }
}

export function nextTurn(request: ModelRequest): Turn {
  const situation = readSituation(request)
  return situation.step ? stepTurn(situation, situation.step) : mainTurn(situation, request)
}

function stepTurn({ question, latest, all }: Situation, { tool, marker }: { tool: string | undefined; marker: string }): Turn {
  if (tool !== undefined && latest.length === 0) {
    return { thinking: `The prompt names the tool ${tool}.`, text: `I ask ${code(tool)}.`, call: { tool, input: inputOf(tool, question) } }
  }
  const text = latest.length > 0 ? latest.map(repeated).join('\n\n') : verdict(all)
  return { thinking: 'Everything the prompt asks for is there, so its marker may be printed.', text: `${text}\n\n${marker}` }
}

function mainTurn({ question, hasEnded, trigger, all }: Situation, { tools = [] }: ModelRequest): Turn {
  if (hasEnded) return { thinking: 'The workflow is over. I answer with what it found.', text: answer(all) }
  // Whatever `dawp_start` was answered, it is not asked twice.
  if (all.length === 0 && tools.some(({ name }) => name === 'dawp_start')) {
    return {
      thinking: 'There is a workflow for arithmetic, and I may start it.',
      text: 'I start the workflow **calculation**.',
      call: { tool: 'dawp_start', input: { workflow_source: 'static', workflow_id: 'calculation' } },
    }
  }
  if (trigger === undefined) return { thinking: 'No workflow is waiting.', text: answer(all) }
  if (all.length === 0) {
    return {
      thinking: 'A draft needs something to rest on.',
      text: 'I look it up for a draft.',
      call: { tool: 'search_docs', input: inputOf('search_docs', question) },
    }
  }
  return { thinking: 'The draft stands; its trigger asks for a review.', text: `**Draft.** ${repeated(all[0])}\n\n${trigger}` }
}

function inputOf(tool: string, question: string): StatedCall['input'] {
  if (tool === 'calculator') return { expression: findExpression(question)?.expression ?? '0' }
  // What is to be done with an answer is not what it is about.
  return { query: subjectOf(question.replace(/\b(?:draft|answer|review|check)\w*/gi, '')) || 'agentstream', limit: 3 }
}

/** What a tool answered, in words. */
function repeated(outcome: ToolOutcome | undefined): string {
  if (!outcome) return 'Nothing was found.'
  const { value, text } = outcome
  if (!isRecord(value)) return plain(text)
  if (!('hits' in value)) return `${code(String(value['expression']))} is **${plain(String(value['result']))}**.`
  const found = hitsOf(outcome).map(({ title, page }) => `- **${plain(title)}** in ${code(page)}`)
  return found.length === 0 ? 'No passage mentions it.' : `Found:\n\n${found.join('\n')}`
}

function verdict(all: readonly ToolOutcome[]): string {
  const figures = all.flatMap(({ value }) => (isRecord(value) && 'result' in value ? [String(value['result'])] : []))
  if (figures.length > 1) return figures.every((figure) => figure === figures[0]) ? 'Both figures agree.' : 'The figures differ, so neither should be told.'
  const searches = all.filter(({ tool }) => tool === 'search_docs')
  const [best] = searches.flatMap(hitsOf)
  if (!best) return 'Nothing was found that an answer could rest on.'
  if (searches.length > 1) return `The draft may stand: both searches put **${plain(best.title)}** first or near it.`
  return `The answer should rest on **${plain(best.title)}**.`
}

function answer(all: readonly ToolOutcome[]): string {
  const [best] = all.flatMap(hitsOf)
  if (best) return `## From ${code(best.page)}\n\n> ${plain(best.excerpt)}\n\nThat is **${plain(best.title)}**, as the workflow found it.`
  const figure = all.findLast(({ value }) => isRecord(value) && 'result' in value)
  return figure ? `## The result\n\n${repeated(figure)}\n\nThe workflow had it worked out twice.` : 'The workflow found nothing to answer with.'
}

interface FoundPassage {
  readonly title: string
  readonly page: string
  readonly excerpt: string
}

function hitsOf({ value }: ToolOutcome): readonly FoundPassage[] {
  const hits = isRecord(value) ? value['hits'] : undefined
  if (!Array.isArray(hits)) return []
  return hits.filter(isRecord).map((hit) => ({ title: String(hit['title']), page: String(hit['page']), excerpt: String(hit['excerpt']) }))
}
