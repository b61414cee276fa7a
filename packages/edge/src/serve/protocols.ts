/** Whose words a response can speak: names and `accept` go in, protocols and framings come out. */
import {
  agenticraft,
  agenticraftText,
  agentor,
  agentorChat,
  createA2a,
  createA2aV1,
  createAgUi,
  type Framing,
  framingAccepted,
  jsonSeq,
  message,
  ndjson,
  sse,
  type TwoWayProtocol,
  uiMessageStream,
} from '@agentstream/client/wire'

/** What the words of a run have to call it. */
export interface RunNames {
  readonly runId: string
  readonly threadId?: string | undefined
}

/** A protocol of its own for every run, because some of them say the run's name in every frame. */
export type ProtocolOf = (names: RunNames) => TwoWayProtocol

/** Those that are not our own: a run in `aiecs`, our own words, is sent as the journal keeps it. */
const protocols = {
  agenticraft: () => agenticraft,
  'agenticraft-text': () => agenticraftText,
  agentor: () => agentor,
  'agentor-chat': () => agentorChat,
  a2a: ({ runId, threadId }) => createA2a({ taskId: runId, ...(threadId === undefined ? {} : { contextId: threadId }) }),
  'a2a-v1': ({ runId, threadId }) => createA2aV1({ taskId: runId, ...(threadId === undefined ? {} : { contextId: threadId }) }),
  'ag-ui': ({ runId, threadId }) => createAgUi({ runId, ...(threadId === undefined ? {} : { threadId }) }),
  'ui-message-stream': () => uiMessageStream,
} satisfies Record<string, ProtocolOf>

const own = 'aiecs'

export type ProtocolName = keyof typeof protocols

export const protocolNamed = (name: ProtocolName): ProtocolOf => protocols[name]

/** What `?protocol=` asks for; undefined when it asks for our own words, or for nothing, which is the same. */
export function parseProtocol(name: string | undefined): { readonly value: ProtocolOf | undefined } | { readonly problem: string } {
  if (name === undefined || name === own) return { value: undefined }
  const known: Readonly<Record<string, ProtocolOf>> = protocols
  if (Object.hasOwn(known, name)) return { value: known[name] }
  return { problem: `protocol: expected one of ${[own, ...Object.keys(protocols)].join(', ')}` }
}

const any: readonly Framing[] = [sse, ndjson, jsonSeq]

/** The framing a request accepts first among those the protocol (absent, our own) travels in, or the protocol's first. */
export function framingOf(protocol: TwoWayProtocol | undefined, accept: string | null): Framing {
  // A WebSocket has cut its messages already; in the body of a response nothing would.
  const [first = sse, ...others] = (protocol?.framings ?? any).filter((framing) => framing !== message)
  return framingAccepted(accept, [first, ...others])
}
