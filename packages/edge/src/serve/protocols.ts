/** Whose words a response can speak: names and `accept` go in, protocols and framings come out. */
import {
  agenticraft,
  agenticraftText,
  agentor,
  agentorChat,
  aiecs,
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

const protocols = {
  aiecs: () => aiecs,
  agenticraft: () => agenticraft,
  'agenticraft-text': () => agenticraftText,
  agentor: () => agentor,
  'agentor-chat': () => agentorChat,
  a2a: ({ runId, threadId }) => createA2a({ taskId: runId, ...(threadId === undefined ? {} : { contextId: threadId }) }),
  'a2a-v1': ({ runId, threadId }) => createA2aV1({ taskId: runId, ...(threadId === undefined ? {} : { contextId: threadId }) }),
  'ag-ui': ({ runId, threadId }) => createAgUi({ runId, ...(threadId === undefined ? {} : { threadId }) }),
  'ui-message-stream': () => uiMessageStream,
} satisfies Record<string, ProtocolOf>

export type ProtocolName = keyof typeof protocols

export const protocolNamed = (name: ProtocolName): ProtocolOf => protocols[name]

/** What `?protocol=` asks for; undefined when it asks for nothing, and so for our own words. */
export function parseProtocol(name: string | undefined): { readonly value: ProtocolOf | undefined } | { readonly problem: string } {
  if (name === undefined) return { value: undefined }
  const known: Readonly<Record<string, ProtocolOf>> = protocols
  if (Object.hasOwn(known, name)) return { value: known[name] }
  return { problem: `protocol: expected one of ${Object.keys(protocols).join(', ')}` }
}

const any: readonly Framing[] = [sse, ndjson, jsonSeq]

/** The framing a request accepts first among those the protocol travels in, or the protocol's first. */
export function framingOf({ framings }: TwoWayProtocol, accept: string | null): Framing {
  // A WebSocket has cut its messages already; in the body of a response nothing would.
  const [first = sse, ...others] = (framings ?? any).filter((framing) => framing !== message)
  return framingAccepted(accept, [first, ...others])
}
