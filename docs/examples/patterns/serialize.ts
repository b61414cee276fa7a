import { createLLMAgent, type StreamingProvider, serializeRun } from '@agentstream/edge'

/** A route of your own, without our handler: every event is one JSON text in one server-sent event. */
export function answer(provider: StreamingProvider, request: Request) {
  const agent = createLLMAgent({ name: 'pilot', provider })
  const events = agent.run({ description: 'When is high water?' }, { runId: 'r1', signal: request.signal })
  return new Response(serializeRun(events), { headers: { 'content-type': 'text/event-stream' } })
}
