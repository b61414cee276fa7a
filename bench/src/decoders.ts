/** Frames to events, one protocol beside the other: the same run, written by each protocol's own encoder. Printed as JSON. */
import process from 'node:process'
import {
  type AgentEvent,
  a2a,
  a2aV1,
  agenticraft,
  agenticraftText,
  agentor,
  agUi,
  aiecs,
  type Frame,
  formatCursor,
  type TwoWayProtocol,
  uiMessageStream,
} from '@agentstream/client/wire'
import type { Layer } from './layers.ts'
import { measure } from './measure.ts'

const tokens = 10_000
const rounds = Number(process.argv[2] ?? 15)

const events: readonly AgentEvent[] = [
  { type: 'started' },
  ...Array.from({ length: tokens }, (_, at): AgentEvent => ({ type: 'token', content: `word ${at % 997} of`, timestamp: '2026-03-04T09:15:00.125000' })),
  { type: 'result', success: true, output: 'done' },
  { type: 'completed', success: true, execution_time: 1 },
]

function framesOf(protocol: TwoWayProtocol): readonly Frame[] {
  const encoder = protocol.encoder()
  const frames = events.flatMap((event, at) => encoder.push({ id: formatCursor({ epoch: 'bench', seq: at + 1 }), event }))
  return [...frames, ...encoder.end()]
}

/** One pass over all frames; answers the characters of text that came out, so that nothing is skipped. */
function decoded(protocol: TwoWayProtocol): Layer {
  const frames = framesOf(protocol)
  return async () => {
    const decoder = protocol.decoder()
    let length = 0
    for (const frame of frames) for (const event of decoder.push(frame)) if (event.type === 'token') length += event.content.length
    return length
  }
}

const protocols = [aiecs, agenticraft, agenticraftText, agentor, a2a, a2aV1, agUi, uiMessageStream]
const layers = Object.fromEntries(protocols.map((protocol) => [protocol === a2aV1 ? 'a2a 1.0' : protocol.name, decoded(protocol)]))
const sent = Object.fromEntries(protocols.map((protocol) => [protocol === a2aV1 ? 'a2a 1.0' : protocol.name, framesOf(protocol)]))
const measured = await measure(layers, { chunks: [], tokens, baseline: aiecs.name, rounds })
console.log(
  JSON.stringify(
    measured.map((row) => {
      const frames = sent[row.name] ?? []
      return { ...row, tokens, framesPerToken: frames.length / tokens, charactersPerToken: frames.reduce((all, { data }) => all + data.length, 0) / tokens }
    }),
  ),
)
