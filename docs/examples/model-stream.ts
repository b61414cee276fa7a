import { createAgentClient } from '@agentstream/client'
import { openaiChat } from '@agentstream/edge/openai'

/** `proxy` is a route of yours that adds the key and passes on what the provider streams. */
export function modelClient(proxy: string) {
  const ask: typeof fetch = (_, init) => fetch(proxy, init)
  return createAgentClient({ url: proxy, protocol: openaiChat, fetch: ask, retry: false })
}
