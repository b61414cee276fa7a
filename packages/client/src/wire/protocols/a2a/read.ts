import { concatenated } from '../../frames/concatenated.ts'
import { sse } from '../../frames/sse.ts'
import { isObject } from '../../json.ts'
import type { Protocol } from '../protocol.ts'
import { a2aDecoder } from './decode.ts'
import { a2aDialogue, type Version } from './dialogue.ts'
import type { RpcId } from './rpc.ts'
import { readV1, wordingV1 } from './schema-v1.ts'
import { readV03, wordingV03 } from './schema-v03.ts'
import type { ReadUpdate } from './update.ts'

/** The agent card. Addresses that climb above their root stay at it, so an endpoint that is the root has its card there, too. */
const about: Protocol['about'] = {
  path: '/../.well-known/agent-card.json',
  inOurWords(card) {
    if (!isObject(card)) return card
    const { name, description, skills: tools, capabilities } = card
    return { name, description, tools, supports_streaming: isObject(capabilities) && capabilities['streaming'] === true }
  },
}

const reading = (version: Version, read: ReadUpdate, requestId: RpcId | undefined): Protocol => ({
  name: version.name,
  // An error before the stream is one JSON text.
  framings: [sse, concatenated],
  decoder: () => a2aDecoder(read, requestId),
  about,
  dialogue: (ask) => a2aDialogue(ask, version, (onTask) => a2aDecoder(read, requestId, onTask)),
})

const v03: Version = { name: 'a2a', stream: 'message/stream', cancel: 'tasks/cancel', wording: wordingV03 }
const v1: Version = { name: 'a2a-v1', stream: 'SendStreamingMessage', cancel: 'CancelTask', headers: { 'a2a-version': '1.0' }, wording: wordingV1 }

/** A2A 0.3 without what writes it, so that a page that only reads loads nothing more. */
export const readA2a = (requestId?: RpcId): Protocol => reading(v03, readV03, requestId)

/** A2A 1.0, likewise. */
export const readA2aV1 = (requestId?: RpcId): Protocol => reading(v1, readV1, requestId)
