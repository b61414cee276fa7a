import type { Context, Hono } from 'hono'
import { readBody } from '../body.ts'
import { errorResponse, jsonResponse } from '../error-response.ts'
import type { Env } from '../guard.ts'
import { type RouteOptions, refuseOtherMethods } from '../serving.ts'
import { type AgentCardOptions, agentCard } from './agent-card.ts'
import { answerCall } from './methods.ts'
import { parseCall, rpcFailure } from './rpc.ts'

const cardPath = '/.well-known/agent-card.json'

/** The card and the address for calls, of the default agent and of each. */
export function addA2aRoutes(app: Hono<Env>, options: RouteOptions & { readonly card?: AgentCardOptions | undefined }): void {
  const card = (context: Context<Env>, agentName: string): Response => {
    const agent = options.findAgent(agentName)
    if (!agent) return errorResponse('unknown_agent')
    const { origin, pathname } = new URL(context.req.url)
    return jsonResponse(
      agentCard(agent, { url: `${origin}${pathname.slice(0, -cardPath.length)}/a2a`, ...(agent === options.findAgent('default') ? options.card : {}) }),
    )
  }
  const answer = async (context: Context<Env>, agentName: string): Promise<Response> => {
    const agent = options.findAgent(agentName)
    if (!agent) return errorResponse('unknown_agent')
    const text = await readBody(context, options.body)
    if (text instanceof Response) return text
    const call = parseCall(text)
    if ('failure' in call) return rpcFailure(call.id, call)
    return answerCall({ context, agent, call, options }, context.req.header('a2a-version') ?? context.req.query('A2A-Version') ?? '')
  }
  app.get(cardPath, (context) => card(context, 'default'))
  app.get(`/agents/:agent${cardPath}`, (context) => card(context, context.req.param('agent')))
  app.post('/a2a', (context) => answer(context, 'default'))
  app.post('/agents/:agent/a2a', (context) => answer(context, context.req.param('agent')))
  refuseOtherMethods(app, { [cardPath]: 'GET', [`/agents/:agent${cardPath}`]: 'GET', '/a2a': 'POST', '/agents/:agent/a2a': 'POST' })
}
