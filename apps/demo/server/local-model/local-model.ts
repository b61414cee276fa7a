/**
 * Enters: a model request. Leaves: the deltas a language model would send.
 * A stand-in that needs no key and no network: rules choose the tools, templates write the answer from their results.
 */
import type { ModelDelta, ModelRequest, StreamingProvider } from '@agentstream/edge'
import { recollection, writeAnswer } from './answer.ts'
import { type Conversation, isRecord, readConversation, type ToolOutcome } from './conversation.ts'
import { speak, state } from './deltas.ts'
import { believablePace, type Pace, piecesOf } from './pacing.ts'
import { asksForHistory, type PlannedCall, planRounds, type Round } from './plan.ts'

export interface LocalModelOptions {
  /** Awaited before every piece. Default 22 to 38 ms. */
  readonly pace?: Pace
}

export function createLocalModel(options: LocalModelOptions = {}): StreamingProvider {
  const pace = options.pace ?? believablePace
  return {
    info: { provider: 'local', model: 'rules', supportsStreaming: true, supportsTools: true },
    async *stream(request, { signal }) {
      let pieces = 0
      for (const delta of respond(request)) {
        await pace(signal)
        pieces += 1
        yield delta
      }
      yield { type: 'usage', usage: { inputTokens: countPieces(request), outputTokens: pieces } }
      yield { type: 'finish', reason: nextRound(request).length > 0 ? 'tool_calls' : 'stop' }
    },
  }
}

function* respond(request: ModelRequest): Generator<ModelDelta> {
  const conversation = readConversation(request.messages)
  const round = nextRound(request)
  if (round.length === 0) {
    yield* speak(
      'thinking',
      conversation.rounds.length > 0 ? 'The tools have answered. I put their results in order and write them down.' : 'No rule matches. I say what I can do.',
    )
    yield* speak('text', asksForHistory.test(conversation.prompt) ? recollection(conversation.earlier) : writeAnswer(conversation))
    return
  }
  yield* speak('thinking', round.map((call) => call.reason).join(' '))
  yield* speak('text', announcement(round, conversation))
  for (const [index, call] of round.entries()) yield* state(call, index, `call_${conversation.rounds.length + 1}_${index + 1}`)
}

function nextRound(request: ModelRequest): Round {
  const { prompt, rounds } = readConversation(request.messages)
  if (asksForHistory.test(prompt)) return []
  const offered = new Set(request.tools?.map((tool) => tool.name))
  const planned = planRounds(prompt)[rounds.length] ?? recovery(rounds)
  return planned.filter((call) => offered.has(call.tool))
}

/** A page that is not there: look once for one that has a similar name. */
function recovery(rounds: Conversation['rounds']): Round {
  const outcomes = rounds.flat()
  const lost = rounds.at(-1)?.find((outcome) => outcome.tool === 'word_count' && !isRecord(outcome.value))
  if (!lost || outcomes.some(isSearch)) return []
  const query = String(lost.input['page']).replace(/\.\w+$/, '')
  return [{ tool: 'search_docs', input: { query, limit: 3 }, reason: 'The page does not exist. Perhaps the documents mention something of that name.' }]
}

const isSearch = (outcome: ToolOutcome) => outcome.tool === 'search_docs'

const announcements: Readonly<Record<PlannedCall['tool'], string>> = {
  calculator: 'work that out',
  send_note: 'send that note, if you allow it',
  search_docs: 'look in the project’s documents',
  slow_report: 'put a report together, which takes a few seconds',
  word_count: 'count the words of that page',
}

function announcement(round: Round, { rounds }: Conversation): string {
  const doing = round.map((call) => announcements[call.tool]).join(' and ')
  return rounds.length > 0 ? `Next, I ${doing}.` : `I ${doing}.`
}

/** Pieces, as this model counts them; there is no tokenizer here. */
function countPieces(request: ModelRequest): number {
  return request.messages.reduce((sum, message) => sum + piecesOf(message.text).length, 0)
}
