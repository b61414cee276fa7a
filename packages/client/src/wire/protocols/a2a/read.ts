import { concatenated } from '../../frames/concatenated.ts'
import { sse } from '../../frames/sse.ts'
import { isObject } from '../../json.ts'
import type { Protocol } from '../protocol.ts'
import { a2aDecoder } from './decode.ts'
import { a2aDialogue, type Words, wordsV1, wordsV03 } from './dialogue.ts'
import type { RpcId } from './rpc.ts'
import { readV1 } from './schema-v1.ts'
import { readV03 } from './schema-v03.ts'
import type { ReadUpdate } from './update.ts'

interface Version {
  readonly name: string
  readonly read: ReadUpdate
  readonly words: Words
}

/** The agent card. Addresses that climb above their root stay at it, so an endpoint that is the root has its card there, too. */
const about: Protocol['about'] = {
  path: '/../.well-known/agent-card.json',
  inOurWords(card) {
    if (!isObject(card)) return card
    const { name, description, skills: tools, capabilities } = card
    return { name, description, tools, supports_streaming: isObject(capabilities) && capabilities['streaming'] === true }
  },
}

const reading = ({ name, read, words }: Version, requestId: RpcId | undefined): Protocol => ({
  name,
  // An error before the stream is one JSON text.
  framings: [sse, concatenated],
  decoder: () => a2aDecoder(read, requestId),
  about,
  dialogue: (ask) => a2aDialogue(ask, words, (onTask) => a2aDecoder(read, requestId, onTask)),
})

/** A2A 0.3 without what writes it, so that a page that only reads loads nothing more. */
export const readA2a = (requestId?: RpcId): Protocol => reading({ name: 'a2a', read: readV03, words: wordsV03 }, requestId)

/** A2A 1.0, likewise. */
export const readA2aV1 = (requestId?: RpcId): Protocol => reading({ name: 'a2a-v1', read: readV1, words: wordsV1 }, requestId)
