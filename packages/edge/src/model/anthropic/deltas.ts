import type { Frame, JsonObject, Stage } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import type { StreamDelta } from '../call-provider.ts'
import { closedEarly, readFrame, statedError } from '../http/read-frame.ts'
import { type OpenBlock, openBlock } from './blocks.ts'
import { type AnthropicBlock, type AnthropicEvent, type AnthropicUsage, anthropicEvent, anthropicReason, anthropicUsage, mergeUsage } from './event.ts'

interface Block {
  readonly open: OpenBlock
  closed: boolean
}

/**
 * Frames of Anthropic's messages to deltas. Usage and stop reason are held until the end. Finished means `message_stop`
 * and nothing less; an answer that came in one piece is its own end. What has to go back in the next turn (thinking with
 * its signature, tools that ran at Anthropic) is handed out once, as provider data.
 */
export function anthropicDeltas(provider = 'anthropic'): Stage<Frame, StreamDelta> {
  const blocks = new Map<number, Block>()
  let calls = 0
  let usage: AnthropicUsage = {}
  let reason: string | undefined
  let stopText: string | undefined
  let began = false
  let over = false

  const fail = (error: ProviderError): readonly StreamDelta[] => {
    over = true
    const stated = anthropicUsage(usage)
    return [...(stated ? [{ type: 'usage', usage: stated } as const] : []), { type: 'failure', error }]
  }
  const unexpected = (what: string): readonly StreamDelta[] => fail(new ProviderError(provider, `${provider} sent ${what}`))

  const finish = (): readonly StreamDelta[] => {
    over = true
    const stated = anthropicUsage(usage)
    const data = goesBack([...blocks.values()].map((block) => block.open))
    return [
      ...(stated ? [{ type: 'usage', usage: stated } as const] : []),
      ...(data ? [{ type: 'provider_data', data: { anthropic: data } } as const] : []),
      { type: 'finish', reason: anthropicReason(reason), ...(stopText === undefined ? {} : { stopText }) },
      { type: 'done' },
    ]
  }
  const start = (index: number, stated: AnthropicBlock): readonly StreamDelta[] => {
    if (blocks.has(index)) return unexpected('a block twice')
    const open = openBlock(stated, () => calls++)
    blocks.set(index, { open, closed: false })
    return open.start()
  }
  const stop = (index: number): readonly StreamDelta[] => {
    const block = blocks.get(index)
    if (!block || block.closed) return []
    block.closed = true
    return block.open.stop()
  }
  const begin = ({ content, stop_reason, stop_sequence, usage: stated }: NonNullable<AnthropicEvent['message']>): readonly StreamDelta[] => {
    if (began) return unexpected('a second message before the first was over')
    began = true
    usage = mergeUsage(usage, stated)
    reason = stop_reason ?? reason
    stopText = stop_sequence ?? stopText
    // Answers to tools that ran at Anthropic come whole, in the first event.
    return (content ?? []).flatMap((block, index) => [...start(index, block), ...stop(index)])
  }
  const go = (event: AnthropicEvent): readonly StreamDelta[] => {
    const block = blocks.get(event.index ?? 0)
    if (!block || block.closed) return unexpected('a piece of a block that is not open')
    return event.delta ? block.open.push(event.delta) : []
  }
  const conclude = (event: AnthropicEvent): readonly StreamDelta[] => {
    usage = mergeUsage(usage, event.usage)
    reason = event.delta?.stop_reason ?? reason
    stopText = event.delta?.stop_sequence ?? stopText
    return []
  }
  const cases = new Map<string, (event: AnthropicEvent) => readonly StreamDelta[]>([
    ['message_start', ({ message }) => begin(message ?? {})],
    ['content_block_start', ({ index, content_block }) => (content_block ? start(index ?? 0, content_block) : [])],
    ['content_block_delta', go],
    ['content_block_stop', ({ index }) => stop(index ?? 0)],
    ['message_delta', conclude],
    ['message_stop', finish],
    ['message', (whole) => [...begin(whole), ...finish()]],
    ['error', ({ error }) => fail(statedError(error, provider))],
  ])
  return {
    push(frame) {
      const data = frame.data.trim()
      if (over || data === '') return []
      const event = readFrame(frame, { provider, schema: anthropicEvent })
      if (event instanceof ProviderError) return fail(event)
      // Others, as `ping`, say nothing, and more of them may be added one day.
      return cases.get(event.type ?? '')?.(event) ?? []
    },
    end: () => (over ? [] : fail(closedEarly(provider))),
  }
}

/** All blocks in their order, when there is one among them that the message itself does not hold. */
function goesBack(blocks: readonly OpenBlock[]): readonly JsonObject[] | undefined {
  const kept = blocks.map((block) => block.kept())
  return kept.some((block) => block !== undefined) ? kept.map((block, at) => block ?? blocks[at]?.place() ?? {}) : undefined
}
