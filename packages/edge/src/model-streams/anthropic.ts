import { type RecognisableProtocol, sse } from '@agentstream/client/wire'
import { anthropicDeltas } from '../model/anthropic/deltas.ts'
import { wholeBody } from '../model/http/whole-body.ts'
import { modelStream } from './read-model.ts'

const types = new Set(['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'message_stop', 'ping'])

/** Anthropic's messages. */
export const anthropicMessages: RecognisableProtocol = modelStream({
  name: 'anthropic-messages',
  framings: [sse, wholeBody],
  deltas: anthropicDeltas,
  recognises: ({ type, role }) => types.has(String(type)) || (type === 'message' && role === 'assistant'),
})
