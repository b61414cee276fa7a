/**
 * Faults that anybody may ask for on the demo's page, to see what a run looks like when something goes wrong. They exist in the
 * demo's server only. A fault travels in the task's context as `demo_fault`, and is taken out before the agent sees the task.
 */
import { type Agent, ProviderError, type Runtime, type StreamingProvider, type Task } from '@agentstream/edge'
import { wait } from './wait.ts'

const faultNames = ['cut', 'lose', 'http_500', 'provider', 'slow_start'] as const
export type Fault = (typeof faultNames)[number]

/** Enough for a first sentence or two to be on the page. */
const cutAfterBytes = 15_000
const failAfterDeltas = 60
const slowStartMs = 4000

/** The fault a request asks for, or undefined. The request can still be read afterwards. */
export async function requestedFault(request: Request): Promise<Fault | undefined> {
  if (request.method !== 'POST') return undefined
  const body: unknown = await request
    .clone()
    .json()
    // Whatever is wrong with the body is for the handler to say.
    .catch(() => undefined)
  return faultIn(member(member(body, 'task'), 'context'))
}

function faultIn(context: unknown): Fault | undefined {
  const name = member(context, 'demo_fault')
  return faultNames.find((fault) => fault === name)
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}

export type Fetch = (request: Request, runtime?: Runtime) => Promise<Response>

/** The handler, breaking where it is asked to. */
export function withFaults(handle: Fetch): Fetch {
  const lost = new Set<string>()
  return async (request, runtime) => {
    const followed = /\/runs\/([^/]+)\/events$/.exec(new URL(request.url).pathname)?.[1]
    if (followed !== undefined && lost.has(followed))
      return Response.json({ error: { code: 'unknown_run', message: 'The demo was asked to lose this run' } }, { status: 404 })
    const fault = await requestedFault(request)
    if (fault === 'http_500') return Response.json({ error: { code: 'demo_fault', message: 'The demo was asked to fail' } }, { status: 500 })
    if (fault === 'slow_start') await wait(slowStartMs, request.signal)
    const response = await handle(request, runtime)
    if (fault === 'cut') return shortened(response)
    if (fault !== 'lose') return response
    const runId = response.headers.get('agentstream-run-id') ?? ''
    lost.add(runId)
    // What nobody can ask for any more should not keep its conversation busy either.
    return shortened(response, () => handle(stopOf(runId, request)))
  }
}

function stopOf(runId: string, { url, headers }: Request): Request {
  return new Request(new URL(`/api/runs/${runId}`, url), { method: 'DELETE', headers: { authorization: headers.get('authorization') ?? '' } })
}

function shortened(response: Response, onCut: () => Promise<unknown> = async () => {}): Response {
  if (!response.body) return response
  const reader = response.body.getReader()
  let left = cutAfterBytes
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      controller.enqueue(value)
      left -= value.byteLength
      if (left > 0) return
      await reader.cancel()
      await onCut()
      controller.error(new DOMException('The demo was asked to cut the connection', 'AbortError'))
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}

/** The agent, without the fault in its task; with `provider` another agent does the work, whose model breaks down midway. */
export function faultyAgent(agent: Agent, broken: Agent): Agent {
  return {
    ...agent,
    run(task, context) {
      const chosen = faultIn(task.context) === 'provider' ? broken : agent
      return chosen.run(withoutFault(task), context)
    },
  }
}

function withoutFault(task: Task): Task {
  if (!task.context || !Object.hasOwn(task.context, 'demo_fault')) return task
  const { demo_fault: _, ...context } = task.context
  return { ...task, context }
}

/** A model that stops in the middle of its answer. */
export function brokenProvider(provider: StreamingProvider): StreamingProvider {
  return {
    info: provider.info,
    async *stream(request, options) {
      let deltas = 0
      for await (const delta of provider.stream(request, options)) {
        yield delta
        deltas += 1
        if (deltas >= failAfterDeltas) throw new ProviderError(provider.info.provider, 'The demo asked the model to break down here', { retryable: true })
      }
    },
  }
}
