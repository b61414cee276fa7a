/** What a model without a network says, cut into the pieces a network would bring. */
import type { ModelDelta } from '@agentstream/edge'
import { piecesOf } from './pacing.ts'

export function* speak(type: 'text' | 'thinking', text: string): Generator<ModelDelta> {
  for (const piece of piecesOf(text)) yield { type, text: piece }
}

export interface StatedCall {
  readonly tool: string
  readonly input: Readonly<Record<string, string | number>>
}

export function* state(call: StatedCall, index: number, id: string): Generator<ModelDelta> {
  yield { type: 'tool_call', index, id, name: call.tool, arguments: '' }
  for (const piece of piecesOf(JSON.stringify(call.input, undefined, 1), 4)) yield { type: 'tool_call', index, arguments: piece }
}
