/** What was said in a conversation, for whom it belongs to: what the store has goes in, words of the wire come out. */
import type { Context, Hono } from 'hono'
import type { Said } from '../runs/conversations.ts'
import type { Message } from '../runs/session-store.ts'
import { errorResponse, jsonResponse } from './error-response.ts'
import { type Env, runIdOf, sessionKeyOf } from './guard.ts'
import { isSessionId } from './input.ts'
import { type RouteOptions, refused, refuseOtherMethods } from './serving.ts'

const path = '/agents/:agent/sessions/:session'

export function addSessionRoutes(app: Hono<Env>, { findAgent, service }: RouteOptions): void {
  /** Undefined for a conversation that nobody can have. */
  const about = (context: Context<Env, typeof path>) => {
    const { agent: name, session: sessionId } = context.req.param()
    const agent = findAgent(name)
    const sessionKey = agent && isSessionId(sessionId) ? sessionKeyOf(context, { agentName: agent.name, sessionId }) : undefined
    return { agent, sessionId, sessionKey }
  }
  app.get(path, async (context) => {
    const { agent, sessionId, sessionKey } = about(context)
    if (!agent) return errorResponse('unknown_agent')
    const said = sessionKey === undefined ? { messages: [] } : await service.readConversation(sessionKey)
    return jsonResponse({ session_id: sessionId, ...inWords(said) })
  })
  app.delete(path, async (context) => {
    const { agent, sessionKey } = about(context)
    if (!agent) return errorResponse('unknown_agent')
    const outcome = sessionKey === undefined ? 'forgotten' : await service.forgetConversation(sessionKey)
    return outcome === 'forgotten' ? new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } }) : refused({ outcome })
  })
  refuseOtherMethods(app, { [path]: 'GET, DELETE' })
}

interface CallWords {
  readonly tool_call_id: string
  readonly tool_name: string
  /** As the model wrote them: JSON, or not quite. */
  readonly arguments: string
  /** What the model was told of it. */
  result?: string
}

/** Member by member: what a store keeps beside them, such as a provider's own data, is nobody's business. */
function inWords({ messages, answering }: Said): object {
  // Ids need only be unique within a run.
  let calls: readonly CallWords[] = []
  const words = messages.flatMap((message: Message): readonly object[] => {
    if (message.role === 'tool') {
      const call = calls.find(({ tool_call_id: id }) => id === message.toolCallId)
      if (call) call.result = message.text
      return []
    }
    calls = []
    if (message.role === 'user') return message.isPrompt ? [] : [{ role: 'user', text: message.text, images: message.images }]
    if (message.role === 'system') return []
    calls = message.toolCalls.map(({ id, name, arguments: written }) => ({ tool_call_id: id, tool_name: name, arguments: written }))
    return message.text === '' && calls.length === 0 ? [] : [{ role: 'assistant', text: message.text, tool_calls: calls }]
  })
  return { messages: words, ...(answering ? { live_run: { run_id: runIdOf(answering.key), description: answering.description } } : {}) }
}
