import { type AgentEvent, AgentStreamError, extendDigest, repeatedDigest } from '@agentstream/client/wire'

/** The text of an event, as journals keep it and viewers get it. Throws for what JSON cannot carry. */
export function encodeEvent(event: AgentEvent): string {
  const data = stringify(event)
  if (!data?.startsWith('{') || typeof event.type !== 'string') throw new AgentStreamError('agent', 'The agent made something that is not an event')
  return data
}

// `JSON.stringify` answers undefined for what has no JSON form, whatever its declaration says.
function stringify(event: AgentEvent): string | undefined {
  try {
    return JSON.stringify(event)
  } catch (cause) {
    throw new AgentStreamError('agent', 'The agent made an event that JSON cannot carry', { cause })
  }
}

/** Encodes one event after the other, and digests what it encoded. What nearly all events have in common is done once. */
export interface EventEncoder {
  /** As `encodeEvent`. */
  encode(event: AgentEvent): string
  /** A digest after the text that was encoded last. */
  extend(digest: number): number
}

const head = '{"type":"token","content":"'
const tokenMembers = ['type', 'content', 'timestamp']
/** How much of a token's end stays the same for a minute. */
const stemLength = '","timestamp":"2026-03-04T09:15:'.length
// Quotes, backslashes, controls and halves of surrogate pairs; the whole pairs are none, but rare enough.
const needsEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

export function createEventEncoder(): EventEncoder {
  const digestHead = repeatedDigest(head)
  let stem = ''
  let digestStem = repeatedDigest(stem)
  // What was told last: many tokens are of the same time.
  let timestamp: string | undefined
  let tail = ''
  let rest = ''
  let text = ''
  /** What stands between head and tail, when the text is made of these. */
  let content: string | undefined
  const endWith = (time: string): void => {
    timestamp = time
    tail = `","timestamp":${JSON.stringify(time)}}`
    rest = tail.slice(stemLength)
    const begin = tail.slice(0, stemLength)
    if (begin === stem) return
    stem = begin
    digestStem = repeatedDigest(stem)
  }
  return {
    encode(event) {
      content = isPlainToken(event) ? event.content : undefined
      if (content === undefined) text = encodeEvent(event)
      else {
        if (event.timestamp !== timestamp) endWith(String(event.timestamp))
        text = head + content + tail
      }
      return text
    },
    extend: (digest) => (content === undefined ? extendDigest(digest, text) : extendDigest(digestStem(extendDigest(digestHead(digest), content)), rest)),
  }
}

/**
 * Whether JSON.stringify makes of an event its `content` and its `timestamp` between the same words as of any other, as it does
 * of nearly all that models say.
 */
function isPlainToken(event: AgentEvent): event is AgentEvent & { readonly content: string; readonly timestamp: string } {
  if (event?.type !== 'token' || 'toJSON' in event || Object.getPrototypeOf(event) !== Object.prototype) return false
  // Without the list that Object.keys makes; what somebody put on the prototype of all objects comes last, and is one too many.
  let count = 0
  for (const name in event) if (name !== tokenMembers[count++]) return false
  if (count !== tokenMembers.length) return false
  return typeof event.content === 'string' && typeof event.timestamp === 'string' && !needsEscape.test(event.content)
}
