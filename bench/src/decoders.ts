/**
 * Frames to events, one protocol beside the other: the same run, written by each protocol's own encoder; and beside each, the
 * least it can cost, JSON.parse of its frames. Printed as JSON.
 */
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

/** What no decoder can do without. */
function parsedAlone(frames: readonly Frame[]): Layer {
  return async () => {
    let objects = 0
    for (const { data } of frames) if (data.startsWith('{') && JSON.parse(data)) objects++
    return objects
  }
}

const named = { aiecs, agenticraft, 'agenticraft-text': agenticraftText, agentor, a2a, 'a2a 1.0': a2aV1, 'ag-ui': agUi, 'ui-message-stream': uiMessageStream }
const alone = (name: string): string => `${name}, JSON.parse alone`
const layers = Object.fromEntries(
  Object.entries(named).flatMap(([name, protocol]) => [
    [name, decoded(protocol)],
    [alone(name), parsedAlone(framesOf(protocol))],
  ]),
)
const measured = await measure(layers, { chunks: [], tokens, baseline: 'aiecs', rounds })
console.log(
  JSON.stringify(
    Object.entries(named).map(([name, protocol]) => {
      const frames = framesOf(protocol)
      const row = measured.find((one) => one.name === name)
      const jsonUs = measured.find((one) => one.name === alone(name))?.perTokenUs ?? Number.NaN
      const ratioToJson = (row?.perTokenUs ?? Number.NaN) / jsonUs
      return { ...row, tokens, jsonUs, ratioToJson, charactersPerToken: frames.reduce((all, { data }) => all + data.length, 0) / tokens }
    }),
  ),
)
