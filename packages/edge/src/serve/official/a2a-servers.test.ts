/** Our own client against the official A2A servers: the request handlers of @a2a-js/sdk 1.3.0 and 0.3.14, with agents that do what agents do. */
import { AgentCard, Task, TaskArtifactUpdateEvent, TaskStatusUpdateEvent } from '@a2a-js/sdk'
import { AgentEvent, DefaultRequestHandler, type ExecutionEventBus, InMemoryTaskStore, JsonRpcTransportHandler, ServerCallContext } from '@a2a-js/sdk/server'
import * as v03 from '@a2a-js/sdk-v03/server'
import { createAgentClient, immediately, selectText } from '@agentstream/client'
import { a2a, a2aV1, type Protocol, sse } from '@agentstream/client/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'

/** A part in the words of 1.0. */
type Part = Readonly<Record<string, unknown>>
/** What an agent says, in the words of 1.0 and of 0.3. */
interface Speech {
  task(): void
  status(state: string, text?: string): void
  artifact(artifactId: string, parts: readonly Part[], append?: boolean): void
}
type Run = (say: Speech, parts: unknown) => void | Promise<void>

const capabilities = { streaming: true, pushNotifications: false }
const asParts = (text: string | undefined): readonly Part[] => (text === undefined ? [] : [{ text }])

function newer(run: Run) {
  const speak = (bus: ExecutionEventBus, ids: { readonly taskId: string; readonly contextId: string }): Speech => {
    const status = (state: string, text?: string) => ({
      state: `TASK_STATE_${state.toUpperCase().replace('-', '_')}`,
      ...(text === undefined ? {} : { message: { messageId: crypto.randomUUID(), role: 'ROLE_AGENT', parts: asParts(text) } }),
    })
    return {
      task: () => bus.publish(AgentEvent.task(Task.fromJSON({ id: ids.taskId, contextId: ids.contextId, status: status('working') }))),
      status: (state, text) => bus.publish(AgentEvent.statusUpdate(TaskStatusUpdateEvent.fromJSON({ ...ids, status: status(state, text) }))),
      artifact: (artifactId, parts, append = false) =>
        bus.publish(AgentEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON({ ...ids, artifact: { artifactId, parts }, append }))),
    }
  }
  const contexts = new Map<string, string>()
  const handler = new DefaultRequestHandler(AgentCard.fromJSON({ name: 'x', capabilities }), new InMemoryTaskStore(), {
    async execute({ taskId, contextId, userMessage }, bus) {
      contexts.set(taskId, contextId)
      await run(
        speak(bus, { taskId, contextId }),
        userMessage.parts.map(({ content, mediaType }) => [content?.$case, mediaType]),
      )
      bus.finished()
    },
    async cancelTask(taskId, bus) {
      speak(bus, { taskId, contextId: contexts.get(taskId) ?? '' }).status('canceled')
      bus.finished()
    },
  })
  const transport = new JsonRpcTransportHandler(handler)
  return (body: string) => transport.handle(body, new ServerCallContext())
}

function older(run: Run) {
  const inWords = ({ text, data, url, raw, mediaType }: Part) => {
    if (typeof text === 'string') return { kind: 'text', text } as const
    if (data !== undefined) return { kind: 'data', data: Object(data) } as const
    const mimeType = String(mediaType)
    return { kind: 'file', file: typeof url === 'string' ? { uri: url, mimeType } : { bytes: String(raw), mimeType } } as const
  }
  const isFinal = (state: string) => state !== 'working'
  const speak = (bus: v03.ExecutionEventBus, ids: { readonly taskId: string; readonly contextId: string }): Speech => ({
    task: () => bus.publish({ kind: 'task', id: ids.taskId, contextId: ids.contextId, status: { state: 'working' } }),
    status(name, text) {
      const state = name as 'working'
      const message = { kind: 'message', messageId: crypto.randomUUID(), role: 'agent', parts: asParts(text).map(inWords) } as const
      bus.publish({ kind: 'status-update', ...ids, final: isFinal(name), status: text === undefined ? { state } : { state, message } })
    },
    artifact: (artifactId, parts, append = false) =>
      bus.publish({ kind: 'artifact-update', ...ids, artifact: { artifactId, parts: parts.map(inWords) }, append }),
  })
  const contexts = new Map<string, string>()
  const card = { name: 'x', description: 'x', version: '1', protocolVersion: '0.3.0', url: 'https://x.example', capabilities, skills: [] }
  const handler = new v03.DefaultRequestHandler({ ...card, defaultInputModes: [], defaultOutputModes: [] }, new v03.InMemoryTaskStore(), {
    async execute({ taskId, contextId, userMessage }, bus) {
      contexts.set(taskId, contextId)
      await run(
        speak(bus, { taskId, contextId }),
        userMessage.parts.map((part) => (part.kind === 'file' ? [Object.keys(part.file), part.file.mimeType] : [part.kind])),
      )
      bus.finished()
    },
    async cancelTask(taskId, bus) {
      speak(bus, { taskId, contextId: contexts.get(taskId) ?? '' }).status('canceled')
      bus.finished()
    },
  })
  const transport = new v03.JsonRpcTransportHandler(handler)
  return (body: string) => transport.handle(JSON.parse(body))
}

type Answer = Awaited<ReturnType<ReturnType<typeof newer>>> | Awaited<ReturnType<ReturnType<typeof older>>>
const utf8 = new TextEncoder()

/** As their own HTTP servers answer: a stream of events, or one JSON text. */
function served(handle: (body: string) => Promise<Answer>): typeof fetch {
  return async (_, init) => {
    const answer = await handle(String(init?.body))
    if (!(Symbol.asyncIterator in answer)) return Response.json(answer)
    const events = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await answer.next()
        if (done) controller.close()
        else controller.enqueue(utf8.encode(sse.encode({ data: JSON.stringify(value) })))
      },
    })
    return new Response(events, { headers: { 'content-type': sse.contentType } })
  }
}

interface Server {
  readonly name: string
  readonly protocol: Protocol
  readonly fetchOf: (run: Run) => typeof fetch
}
const servers: readonly Server[] = [
  { name: '1.0', protocol: a2aV1, fetchOf: (run) => served(newer(run)) },
  { name: '0.3', protocol: a2a, fetchOf: (run) => served(older(run)) },
]

afterEach(() => vi.restoreAllMocks())

describe.each(servers)('the official server of A2A $name', ({ protocol, fetchOf }) => {
  const ask = (run: Run, images: readonly string[] = []) =>
    createAgentClient({ url: 'https://x.example', protocol, fetch: fetchOf(run), retry: false }).run({ description: 'hi', images }, { schedule: immediately })
  async function read(run: Run) {
    const { status, output, state } = await ask(run).result()
    return { status, output, text: selectText(state), failure: state.failure?.message, custom: state.custom }
  }

  test.each<[string, Run, object]>([
    [
      'an artifact in pieces',
      (say) => {
        say.task()
        say.artifact('a', [{ text: 'At ' }])
        say.artifact('a', [{ text: 'six.' }], true)
        say.status('completed')
      },
      { status: 'completed', output: 'At six.', text: 'At six.' },
    ],
    [
      'an artifact that is sent again as a whole, data, and last words',
      (say) => {
        say.task()
        say.artifact('a', [{ text: 'One' }])
        say.artifact('b', [{ data: { hour: 6 } }])
        say.artifact('a', [{ text: 'One more.' }])
        say.status('completed', ' Bye')
      },
      { status: 'completed', text: 'One more. Bye', custom: { data: { hour: 6 } } },
    ],
    [
      'a question',
      (say) => {
        say.task()
        say.status('input-required', 'Which port?')
      },
      { status: 'completed', output: 'Which port?', custom: { 'input-required': { taskId: expect.any(String), contextId: expect.any(String) } } },
    ],
    [
      'a refusal',
      (say) => {
        say.task()
        say.status('rejected', 'Not today')
      },
      { status: 'failed', failure: 'Not today' },
    ],
    [
      'a wish for credentials',
      (say) => {
        say.task()
        say.status('auth-required', 'Log in')
      },
      { status: 'failed', failure: 'Log in' },
    ],
  ])('says %s', async (_, run, expected) => expect(await read(run)).toMatchObject(expected))

  test('says why an agent that threw has failed, before and after its first word', async () => {
    vi.spyOn(console, 'error').mockReturnValue()
    vi.spyOn(console, 'warn').mockReturnValue()
    const fail = () => Promise.reject(new Error('fog'))
    const late: Run = (say) => {
      say.task()
      return fail()
    }
    for (const run of [fail, late]) expect(await read(run)).toMatchObject({ status: 'failed', failure: 'Agent execution error: fog' })
  })

  test('is told to stop, and says that it has', async () => {
    const run = ask((say) => {
      say.task()
      say.artifact('a', [{ text: 'High ' }])
      return new Promise(() => {})
    })
    await vi.waitFor(() => expect(selectText(run.getSnapshot())).toBe('High '))
    expect(await run.cancel()).toEqual({ outcome: 'cancelled' })
  })

  test('is sent images as bytes with their type, or by their address', async () => {
    const seen: unknown[] = []
    const run = ask(
      (say, parts) => {
        seen.push(parts)
        say.task()
        say.status('completed')
      },
      ['data:image/png;base64,AAAA', 'https://x.example/a'],
    )
    await run.result()
    expect(seen).toEqual([
      protocol === a2a
        ? [['text'], [['mimeType', 'bytes'], 'image/png'], [['uri'], undefined]]
        : [
            ['text', ''],
            ['raw', 'image/png'],
            ['url', ''],
          ],
    ])
  })
})
