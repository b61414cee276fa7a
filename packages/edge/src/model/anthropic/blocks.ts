import type { JsonObject } from '@agentstream/client/wire'
import type { StreamDelta } from '../call-provider.ts'
import { callArguments } from '../http/json-parts.ts'
import type { AnthropicBlock, AnthropicDelta } from './event.ts'

/** One content block while it arrives. */
export interface OpenBlock {
  /** What its beginning already says. */
  start(): readonly StreamDelta[]
  push(delta: AnthropicDelta): readonly StreamDelta[]
  /** What only its end tells. */
  stop(): readonly StreamDelta[]
  /** How it goes back in the next turn, or undefined where the message's own text and calls say it all. */
  kept(): JsonObject | undefined
  /** Where it stands among what goes back: a text, or a call by its number. */
  place(): JsonObject
}

/** A block of any kind. `callNumber` is taken only by calls of our tools. */
export function openBlock(block: AnthropicBlock, callNumber: () => number): OpenBlock {
  if (block.type === 'text') return textBlock(block)
  if (block.type === 'thinking') return thinkingBlock(block)
  return block.type === 'tool_use' ? callBlock(block, callNumber()) : foreignBlock(block)
}

const said = (type: 'text' | 'thinking', text: string | null | undefined): readonly StreamDelta[] => (text ? [{ type, text }] : [])
const nothing = (): readonly StreamDelta[] => []

function textBlock(block: AnthropicBlock): OpenBlock {
  const texts = [block.text ?? '']
  return {
    start: () => said('text', block.text),
    push(delta) {
      texts.push(delta.text ?? '')
      return said('text', delta.text)
    },
    stop: nothing,
    kept: () => undefined,
    place: () => ({ type: 'text', text: texts.join('') }),
  }
}

function thinkingBlock(block: AnthropicBlock): OpenBlock {
  const thoughts = [block.thinking ?? '']
  const signatures = [block.signature ?? '']
  const kept = (): JsonObject => ({ type: 'thinking', thinking: thoughts.join(''), signature: signatures.join('') })
  return {
    start: () => said('thinking', block.thinking),
    push(delta) {
      thoughts.push(delta.thinking ?? '')
      signatures.push(delta.signature ?? '')
      return said('thinking', delta.thinking)
    },
    stop: nothing,
    kept,
    place: () => ({}),
  }
}

function callBlock(block: AnthropicBlock, index: number): OpenBlock {
  let argued = false
  return {
    start: () => [{ type: 'tool_call', index, ...(block.id ? { id: block.id } : {}), ...(block.name ? { name: block.name } : {}) }],
    push(delta) {
      if (!delta.partial_json) return []
      argued = true
      return [{ type: 'tool_call', index, arguments: delta.partial_json }]
    },
    // A call without parameters has no fragments, and some servers state the arguments at the beginning, whole.
    stop: () => (argued ? [] : [{ type: 'tool_call', index, arguments: JSON.stringify(block.input ?? {}) }]),
    kept: () => undefined,
    place: () => ({ type: 'tool_use', index }),
  }
}

/** Of tools that run at Anthropic, their results, hidden thinking and summaries: none of it is said, all of it goes back. */
function foreignBlock(block: AnthropicBlock): OpenBlock {
  const fragments: string[] = []
  const contents: string[] = []
  return {
    start: nothing,
    push(delta) {
      if (delta.partial_json) fragments.push(delta.partial_json)
      if (delta.content) contents.push(delta.content)
      return []
    },
    stop: nothing,
    // Parsed from JSON, so its members are JSON values.
    kept: () => ({
      ...(block as JsonObject),
      ...(fragments.length > 0 ? { input: callArguments(fragments.join('')) } : {}),
      ...(contents.length > 0 ? { content: contents.join('') } : {}),
    }),
    place: () => ({}),
  }
}
