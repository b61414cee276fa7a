import { type RecognisableProtocol, sse } from '@agentstream/client/wire'
import { wholeBody } from '../model/http/whole-body.ts'
import { openaiDeltas } from '../model/openai/deltas.ts'
import { responsesDeltas } from '../model/openai/responses-deltas.ts'
import { modelStream } from './read-model.ts'

/** Chat completions, of OpenAI and the many servers that imitate it. */
export const openaiChat: RecognisableProtocol = modelStream({
  name: 'openai-chat',
  framings: [sse, wholeBody],
  deltas: openaiDeltas,
  recognises: ({ choices, object }) => Array.isArray(choices) || String(object).startsWith('chat.completion'),
})

/** OpenAI's responses. */
export const openaiResponses: RecognisableProtocol = modelStream({
  name: 'openai-responses',
  framings: [sse, wholeBody],
  deltas: responsesDeltas,
  recognises: ({ type, object }) => String(type).startsWith('response.') || object === 'response',
})
