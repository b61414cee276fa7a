import { ProviderError } from '../errors.ts'
import type { Message } from '../model/messages.ts'
import type { ModelDelta, ModelRequest, StreamingProvider } from '../model/provider.ts'

/**
 * A model whose vendor keeps something with its calls, such as signatures of its thoughts, may refuse calls that come without it, and
 * in the journal of a run it is not. Such a vendor is told in words what those calls were, and what came of them.
 */
export function orInWords(provider: StreamingProvider, pastCalls: ReadonlySet<string>): StreamingProvider {
  // Told otherwise it would be told the same.
  if (pastCalls.size === 0) return provider
  let isRefused = false
  async function* stream(request: ModelRequest, options: Parameters<StreamingProvider['stream']>[1]): AsyncGenerator<ModelDelta, void, undefined> {
    if (!isRefused) {
      let hasBegun = false
      try {
        for await (const delta of provider.stream(request, options)) {
          hasBegun = true
          yield delta
        }
        return
      } catch (error) {
        if (hasBegun || !(error instanceof ProviderError) || error.status !== 400) throw error
        isRefused = true
      }
    }
    yield* provider.stream({ ...request, messages: inWords(request.messages, pastCalls) }, options)
  }
  return { info: provider.info, stream }
}

function inWords(messages: readonly Message[], pastCalls: ReadonlySet<string>): readonly Message[] {
  return messages.map((message) => {
    if (message.role === 'tool' && pastCalls.has(message.toolCallId)) return { role: 'user', text: `[The tool ${message.toolName} answered: ${message.text}]` }
    if (message.role !== 'assistant' || !message.toolCalls.some(({ id }) => pastCalls.has(id))) return message
    const calls = message.toolCalls.map((call) => `[I call the tool ${call.name} with ${call.arguments}]`)
    return { role: 'assistant', text: [message.text, ...calls].filter((line) => line !== '').join('\n'), toolCalls: [] }
  })
}
