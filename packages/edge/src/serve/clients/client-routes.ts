/** Addresses in the form that other systems' clients ask in, so that they need no change but the address. */
import { createAgUi } from '@agentstream/client/wire'
import type { Context, Hono } from 'hono'
import type { Agent } from '../../agents/agent.ts'
import { readBody } from '../body.ts'
import { errorResponse, jsonResponse } from '../error-response.ts'
import { type Env, keyOf, sessionKeyOf } from '../guard.ts'
import { parseBody, parseTask } from '../input.ts'
import { parseProtocol, protocolNamed } from '../protocols.ts'
import { holdOf, type RouteOptions, refused, refuseOtherMethods, start, startAndStream, streamed, waitedFor } from '../serving.ts'
import { withNames } from '../with-names.ts'
import { parseAgUi } from './ag-ui.ts'
import { parseAgentorChat, replyOf } from './agentor.ts'
import { createLatestRuns, type LatestRuns } from './latest-runs.ts'
import { ownRunId } from './own-id.ts'
import { parseChat } from './ui-message-stream.ts'

/** One request to one agent. */
interface Asked {
  readonly context: Context<Env>
  readonly agent: Agent
  readonly options: ClientRouteOptions
}

export interface ClientRouteOptions extends RouteOptions {
  /** Origins whose pages may ask without a preflight. */
  readonly origins: readonly string[]
}

export function addClientRoutes(app: Hono<Env>, options: ClientRouteOptions): void {
  const latest = createLatestRuns()
  const to = (answer: (asked: Asked) => Promise<Response>) => async (context: Context<Env>) => {
    const agent = options.findAgent(context.req.param('agent') ?? 'default')
    return agent ? answer({ context, agent, options }) : errorResponse('unknown_agent')
  }
  for (const root of ['', '/agents/:agent']) {
    app.post(`${root}/ag-ui`, to(agUi))
    app.post(
      `${root}/ui-message-stream`,
      to((asked) => chat(asked, latest)),
    )
    app.get(
      `${root}/ui-message-stream/:chat/stream`,
      to((asked) => resumeChat(asked, latest)),
    )
    app.post(`${root}/stream`, to(agenticraft))
    app.post(`${root}/chat`, to(agentor))
    refuseOtherMethods(app, {
      [`${root}/ag-ui`]: 'POST',
      [`${root}/ui-message-stream`]: 'POST',
      [`${root}/ui-message-stream/:chat/stream`]: 'GET',
      [`${root}/stream`]: 'POST',
      [`${root}/chat`]: 'POST',
    })
  }
}

async function agUi({ context, agent, options }: Asked): Promise<Response> {
  const text = await readBody(context, options.body)
  if (text instanceof Response) return text
  const asked = parseAgUi(text)
  if ('problem' in asked) return errorResponse('bad_request', { message: asked.problem })
  const { threadId, runId, task } = asked.value
  const input = { runId: await ownRunId(runId), task }
  return startAndStream(context, { agent: withNames(agent, { thread_id: threadId }), input, protocolOf: () => createAgUi({ threadId, runId }) }, options)
}

async function chat({ context, agent, options }: Asked, latest: LatestRuns): Promise<Response> {
  const text = await readBody(context, options.body)
  if (text instanceof Response) return text
  const task = parseChat(text)
  if ('problem' in task) return errorResponse('bad_request', { message: task.problem })
  // The page names its chat and its messages, but not the run: to ask for an answer once more is a new one.
  const input = { runId: crypto.randomUUID(), task: task.value }
  // Named for its run, the message is known again by a page that has a part of it, and tells where its approvals are answered.
  const order = { agent: withNames(agent, { message_id: input.runId }), input, protocolOf: protocolNamed('ui-message-stream') }
  const response = await startAndStream(context, order, options)
  const { sessionId = '' } = task.value
  if (response.ok) latest.set(sessionKeyOf(context, { agentName: agent.name, sessionId }), input.runId)
  return response
}

/** A page that was loaded again asks for the answer that was on its way; with 204 there is none. */
async function resumeChat({ context, agent, options }: Asked, latest: LatestRuns): Promise<Response> {
  if (context.req.method === 'HEAD') return errorResponse('method_not_allowed', { headers: { allow: 'GET' } })
  const runId = latest.get(sessionKeyOf(context, { agentName: agent.name, sessionId: context.req.param('chat') ?? '' }))
  const nothing = new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
  if (runId === undefined || (await options.service.status(keyOf(context, runId), holdOf(context))).status !== 'running') return nothing
  const result = await options.service.follow(keyOf(context, runId))
  if (result.outcome === 'followed') return streamed(context, { view: result.view, runId, protocolOf: protocolNamed('ui-message-stream') }, options)
  return result.outcome === 'too_many_viewers' ? refused(result) : nothing
}

/** What FastAPI answers to a request that is not well formed. */
const unprocessable = (msg: string, ...loc: readonly string[]): Response => jsonResponse({ detail: [{ loc, msg, type: 'value_error' }] }, { status: 422 })

async function agenticraft({ context, agent, options }: Asked): Promise<Response> {
  const protocol = parseProtocol(context.req.query('protocol') ?? 'agenticraft-text')
  if ('problem' in protocol) return errorResponse('bad_request', { message: protocol.problem })
  const prompt = await promptOf(context, options)
  if (prompt instanceof Response) return prompt
  const task = parseTask({ description: prompt })
  if ('problem' in task) return unprocessable(task.problem, 'query', 'prompt')
  return startAndStream(context, { agent, input: { runId: crypto.randomUUID(), task: task.value }, protocolOf: protocol.value }, options)
}

/** In the address, as the guide's endpoint has it, or as JSON. */
async function promptOf(context: Context<Env>, options: ClientRouteOptions): Promise<string | Response> {
  const prompt = context.req.query('prompt')
  if (prompt === undefined) {
    const text = await readBody(context, options.body)
    if (text instanceof Response) return text
    const body = parseBody(text)
    const value = 'value' in body ? Object(body.value).prompt : undefined
    return typeof value === 'string' ? value : unprocessable('Expected a text `prompt`', 'query', 'prompt')
  }
  // A page of any site could send this without asking first, were its origin not looked at; browsers name it in every POST.
  const origin = context.req.header('origin')
  const isOwn = origin === undefined || origin === new URL(context.req.url).origin || options.origins.includes(origin)
  return isOwn ? prompt : errorResponse('forbidden')
}

async function agentor({ context, agent, options }: Asked): Promise<Response> {
  const protocol = parseProtocol(context.req.query('protocol') ?? 'agentor-chat')
  if ('problem' in protocol) return errorResponse('bad_request', { message: protocol.problem })
  const text = await readBody(context, options.body)
  if (text instanceof Response) return text
  const asked = parseAgentorChat(text)
  if ('problem' in asked) return unprocessable(asked.problem, 'body', 'input')
  const order = { agent, input: { runId: crypto.randomUUID(), task: asked.value.task }, protocolOf: protocol.value }
  if (asked.value.isStreamed) return startAndStream(context, order, options)
  const result = await start(context, order, options)
  if (!('view' in result)) return refused(result)
  const { view } = result
  const reply = await waitedFor(context, view, replyOf(view))
  view.close()
  return reply === undefined ? new Response('Internal Server Error', { status: 500, headers: { 'content-type': 'text/plain' } }) : jsonResponse(reply)
}
