import { ndjson, type RecognisableProtocol } from '@agentstream/client/wire'
import { wholeBody } from '../model/http/whole-body.ts'
import { ollamaDeltas } from '../model/ollama/deltas.ts'
import { modelStream } from './read-model.ts'

/** Ollama's `/api/chat`, and `/api/generate`. */
export const ollamaChat: RecognisableProtocol = modelStream({
  name: 'ollama-chat',
  framings: [ndjson, wholeBody],
  deltas: ollamaDeltas,
  recognises: ({ model, message, response, done }) =>
    typeof model === 'string' && typeof done === 'boolean' && (message !== undefined || response !== undefined),
})
