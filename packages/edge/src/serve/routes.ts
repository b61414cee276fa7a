/** The addresses of the handler and what each one answers. */
import type { Context, Hono } from 'hono'
import type { Agent } from '../agents/agent.ts'
import { readBody } from './body.ts'
import { errorResponse, jsonResponse } from './error-response.ts'
import { type Env, keyOf } from './guard.ts'
import { isRunId, parseAnswer, parseCancel, parseStart } from './input.ts'
import { parseProtocol } from './protocols.ts'
import { holdOf, type RouteOptions, refused, refuseOtherMethods, startAndStream, streamed } from './serving.ts'

export function addRoutes(app: Hono<Env>, options: RouteOptions): void {
  const { service } = options
  app.post('/agents/:agent/runs', (context) => start(context, context.req.param('agent'), options))
  app.get('/agents/:agent', (context) => {
    const agent = options.findAgent(context.req.param('agent'))
    return agent ? jsonResponse(infoOf(agent)) : errorResponse('unknown_agent')
  })
  // Handshakes never come here: see `socket-routes.ts`.
  app.get('/agents/:agent/socket', () => errorResponse('upgrade_required', { headers: { upgrade: 'websocket' } }))
  app.get('/runs/:id/events', (context) => follow(context, context.req.param('id'), options))
  app.get('/runs/:id', async (context) => {
    const runId = context.req.param('id')
    const status = isRunId(runId) ? await service.status(keyOf(context, runId), holdOf(context)) : undefined
    return !status || status.status === 'unknown' ? errorResponse('unknown_run') : jsonResponse({ run_id: runId, ...status })
  })
  app.delete('/runs/:id', async (context) => {
    const runId = context.req.param('id')
    const input = parseCancel(context.req.query())
    if ('problem' in input) return errorResponse('bad_request', { message: input.problem })
    const { reason, scope } = input.value
    const cause = { by: 'user', ...(reason ? { reason } : {}) } as const
    const receipt = isRunId(runId) ? await service.cancel(keyOf(context, runId), cause, scope) : ({ outcome: 'unknown_run' } as const)
    return receipt.outcome === 'unknown_run' ? errorResponse('unknown_run', { body: receipt }) : jsonResponse(receipt)
  })
  app.post('/runs/:id/approvals/:approval', (context) => answer(context, context.req.param(), options))
  refuseOtherMethods(app, methodsOf)
}

const methodsOf = {
  '/agents/:agent/runs': 'POST',
  '/agents/:agent': 'GET',
  '/agents/:agent/socket': 'GET',
  '/runs/:id/approvals/:approval': 'POST',
  '/runs/:id/events': 'GET',
  '/runs/:id': 'GET, DELETE',
}

async function start(context: Context<Env>, agentName: string, options: RouteOptions): Promise<Response> {
  const agent = options.findAgent(agentName)
  if (!agent) return errorResponse('unknown_agent')
  const protocol = parseProtocol(context.req.query('protocol'))
  if ('problem' in protocol) return errorResponse('bad_request', { message: protocol.problem })
  const text = await readBody(context, options.body)
  if (text instanceof Response) return text
  const input = parseStart(text, { extras: options.clientParameters })
  if ('problem' in input) return errorResponse('bad_request', { message: input.problem })
  return startAndStream(context, { agent, input: input.value, protocolOf: protocol.value }, options)
}

async function follow(context: Context<Env>, runId: string, options: RouteOptions): Promise<Response> {
  // A body that is never sent is never cancelled either, and would count as a viewer for ever.
  if (context.req.method === 'HEAD') return errorResponse('method_not_allowed', { headers: { allow: methodsOf['/runs/:id/events'] } })
  const protocol = parseProtocol(context.req.query('protocol'))
  if ('problem' in protocol) return errorResponse('bad_request', { message: protocol.problem })
  if (!isRunId(runId)) return errorResponse('unknown_run')
  const after = context.req.header('last-event-id') || context.req.query('after') || undefined
  const key = keyOf(context, runId)
  // Whoever encodes must see what was before the cursor, too: it has only to be good.
  const outcome = protocol.value ? await options.service.check(key, after) : 'followed'
  if (outcome !== 'followed') return refused({ outcome })
  const result = await options.service.follow(key, protocol.value ? undefined : after)
  if (result.outcome !== 'followed') return refused(result)
  return streamed(context, { view: result.view, runId, protocolOf: protocol.value, after }, options)
}

async function answer(context: Context<Env>, path: { readonly id: string; readonly approval: string }, options: RouteOptions): Promise<Response> {
  const text = await readBody(context, options.body)
  if (text instanceof Response) return text
  const input = parseAnswer(text)
  if ('problem' in input) return errorResponse('bad_request', { message: input.problem })
  const outcome = isRunId(path.id) ? await options.service.answer(keyOf(context, path.id), path.approval, input.value) : 'unknown_run'
  return outcome === 'answered' ? jsonResponse({ approval_id: path.approval, approved: input.value.approved }) : errorResponse(outcome)
}

function infoOf({ info }: Agent): Readonly<Record<string, unknown>> {
  const { name, description, provider, model, tools, supportsStreaming, timeoutMs, maxRetries, temperature, maxTokens } = info
  return {
    name,
    description,
    provider,
    model,
    tools: tools.map((tool) => ({ name: tool.name, description: tool.description })),
    supports_streaming: supportsStreaming,
    timeout: timeoutMs === undefined ? undefined : timeoutMs / 1000,
    max_retries: maxRetries,
    temperature,
    max_tokens: maxTokens,
  }
}
