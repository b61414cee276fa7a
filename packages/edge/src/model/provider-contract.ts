/** What every provider must keep. Vitest-free: it registers through whatever `test` and `expect` it is handed. */
import type { ModelDelta, ModelRequest, StreamingProvider } from './provider.ts'

/** The part of a test runner that the contract needs; those of Vitest, Jest and Bun fit as they are. */
export interface ProviderContractRunner {
  readonly test: (name: string, body: () => Promise<void>) => unknown
  readonly expect: (actual: unknown) => { toEqual(expected: unknown): unknown }
}

/** An answer as the vendor's server sends it, and what it says. */
export interface ProviderAnswerSample {
  /** The whole body. */
  readonly body: string
  readonly text?: string
  readonly thinking?: string
  readonly toolCalls?: readonly { readonly name: string; readonly arguments: unknown }[]
}

/** A provider, and answers of its vendor to try it with. */
export interface ProviderUnderTest {
  /**
   * The provider, asking through this `fetch` with this key. It may ask a second time, without waiting
   * (`retry: { attempts: 2, firstDelayMs: 0 }`).
   */
  readonly create: (options: { readonly fetch: typeof globalThis.fetch; readonly apiKey: string }) => StreamingProvider
  readonly contentType: string
  /** Two or more, one of them with a tool call, each saying something before its last byte. */
  readonly answers: readonly ProviderAnswerSample[]
}

interface Heard {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly { readonly name: string; readonly arguments: string }[]
  readonly finishes: number
  readonly error: unknown
}

const apiKey = 'key-that-nobody-may-see'
const question: ModelRequest = { messages: [{ role: 'user', text: 'a question' }] }
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
const never = (): AbortSignal => new AbortController().signal

/** Gives its answers in order, the last one for ever, and keeps what it was sent. */
function server(...answers: (() => Response)[]) {
  const seen: RequestInit[] = []
  const fetch: typeof globalThis.fetch = async (_, init = {}) => {
    const answer = answers[Math.min(seen.push(init), answers.length) - 1]
    return answer ? answer() : Response.error()
  }
  return { fetch, seen }
}

/** A body that gives these chunks and stays open; `cancelled` resolves once nobody wants more. */
function openBody(...chunks: readonly Uint8Array[]) {
  let tell = (): void => {}
  const cancelled = new Promise<void>((resolve) => {
    tell = resolve
  })
  let at = 0
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined => {
    const chunk = chunks[at++]
    if (!chunk) return new Promise(() => {})
    controller.enqueue(chunk)
    return undefined
  }
  return { cancelled, body: new ReadableStream({ pull, cancel: () => tell() }, { highWaterMark: 0 }) }
}

function tornBody(chunk: Uint8Array): ReadableStream<Uint8Array> {
  const chunks = [chunk]
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const next = chunks.shift()
    if (next) controller.enqueue(next)
    else controller.error(new TypeError(`terminated ${apiKey}`))
  }
  return new ReadableStream({ pull }, { highWaterMark: 0 })
}

async function hear(deltas: AsyncIterable<ModelDelta>): Promise<Heard> {
  const heard = { text: '', thinking: '', calls: new Map<number, { name: string; arguments: string }>(), finishes: 0, error: undefined as unknown }
  try {
    for await (const delta of deltas) {
      if (delta.type === 'text' || delta.type === 'thinking') heard[delta.type] += delta.text
      if (delta.type === 'finish') heard.finishes++
      if (delta.type !== 'tool_call') continue
      const call = heard.calls.get(delta.index) ?? { name: '', arguments: '' }
      heard.calls.set(delta.index, { name: call.name || (delta.name ?? ''), arguments: call.arguments + (delta.arguments ?? '') })
    }
  } catch (error) {
    heard.error = error
  }
  return { ...heard, calls: [...heard.calls.values()] }
}

const member = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined)
const said = (heard: Heard): unknown => [heard.text, heard.thinking, heard.calls, heard.finishes, member(heard.error, 'code')]
const failed = (heard: Heard): boolean => member(heard.error, 'code') === 'provider' && heard.finishes === 0

function isPart(part: Heard, whole: Heard): boolean {
  const calls = part.calls.every((call, at) => whole.calls[at]?.arguments.startsWith(call.arguments) ?? false)
  return whole.text.startsWith(part.text) && whole.thinking.startsWith(part.thinking) && calls
}

/**
 * Registers one test per rule that a provider over HTTP must keep; `make` gives a fresh one each time.
 *
 * ```ts
 * import { expect, test } from 'vitest'
 * providerContract(() => ({ create: (options) => myProvider(options), contentType: 'text/event-stream', answers }), { test, expect })
 * ```
 */
export function providerContract(make: () => ProviderUnderTest, { test, expect }: ProviderContractRunner): void {
  const rule = (name: string, body: (subject: ProviderUnderTest) => Promise<void>): unknown => test(`provider: ${name}`, () => body(make()))
  const ok = ({ contentType }: ProviderUnderTest, body: BodyInit | null) => new Response(body, { headers: { 'content-type': contentType } })
  const ask = async (subject: ProviderUnderTest, ...answers: (() => Response)[]) => {
    const { fetch, seen } = server(...answers)
    return { seen, heard: await hear(subject.create({ fetch, apiKey }).stream(question, { signal: never() })) }
  }
  const whole = async (subject: ProviderUnderTest, { body }: ProviderAnswerSample) => (await ask(subject, () => ok(subject, body))).heard
  const halfOf = ({ body }: ProviderAnswerSample): Uint8Array => encode(body).subarray(0, -1)

  rule('it says which model it is', async (subject) => {
    const { info } = subject.create({ fetch: server().fetch, apiKey })
    expect([typeof info.provider, typeof info.model, typeof info.supportsStreaming, typeof info.supportsTools]).toEqual([
      'string',
      'string',
      'boolean',
      'boolean',
    ])
  })

  rule('an answer is given whole, and finished once', async (subject) => {
    for (const sample of subject.answers) {
      const { text, thinking, calls, finishes, error } = await whole(subject, sample)
      const toolCalls = calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) }))
      const { text: expected = '', thinking: thought = '', toolCalls: called = [] } = sample
      expect({ text, thinking, toolCalls, finishes, error }).toEqual({ text: expected, thinking: thought, toolCalls: called, finishes: 1, error: undefined })
    }
  })

  rule('the conversation and the parameters reach the server, and stay as they were', async (subject) => {
    const request: ModelRequest = {
      messages: [
        { role: 'system', text: 'words of the system' },
        { role: 'user', text: 'words of the user' },
        { role: 'assistant', text: 'words of the model', toolCalls: [{ id: 'call_a', name: 'tide', arguments: '{"port":"Brest"}' }] },
        { role: 'tool', toolCallId: 'call_a', toolName: 'tide', text: 'words of the tool' },
      ],
      tools: [{ name: 'tide', description: 'words about the tool', parameters: { type: 'object', properties: { port: { type: 'string' } } } }],
      parameters: { temperature: 0.25, maxTokens: 1234 },
    }
    const before = JSON.stringify(request)
    const { fetch, seen } = server(() => ok(subject, subject.answers[0]?.body ?? ''))
    await hear(subject.create({ fetch, apiKey }).stream(request, { signal: never() }))
    const sent = String(seen[0]?.body)
    const words = [
      'words of the system',
      'words of the user',
      'words of the model',
      'words of the tool',
      'words about the tool',
      'call_a',
      'Brest',
      '0.25',
      '1234',
    ]
    expect(words.filter((word) => !sent.includes(word))).toEqual([])
    expect(JSON.stringify(request)).toEqual(before)
  })

  rule('S3 bytes may be cut anywhere', async (subject) => {
    for (const sample of subject.answers) {
      const bytes = encode(sample.body)
      const expected = said(await whole(subject, sample))
      const different: number[] = []
      for (let cut = 1; cut < bytes.length; cut++) {
        const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)]
        const body = () => new ReadableStream({ pull: (controller) => (chunks.length > 0 ? controller.enqueue(chunks.shift()) : controller.close()) })
        const { heard } = await ask(subject, () => ok(subject, body()))
        if (JSON.stringify(said(heard)) !== JSON.stringify(expected)) different.push(cut)
      }
      expect(different).toEqual([])
    }
  })

  rule('S3 an answer that ends early, at any byte, is an error after a part of it, and never a success', async (subject) => {
    for (const sample of subject.answers) {
      const bytes = encode(sample.body)
      const all = await whole(subject, sample)
      const wrong: number[] = []
      for (let length = 0; length < bytes.length; length++) {
        const { heard } = await ask(subject, () => ok(subject, bytes.slice(0, length)))
        const complete = JSON.stringify(said(heard)) === JSON.stringify(said(all))
        if (!complete && !(failed(heard) && isPart(heard, all))) wrong.push(length)
      }
      expect(wrong).toEqual([])
    }
  })

  rule('S5 a busy server is asked again before it said anything', async (subject) => {
    for (const status of [429, 500, 503, 529]) {
      const busy = () => new Response('', { status, headers: { 'retry-after': '0' } })
      const { heard, seen } = await ask(subject, busy, () => ok(subject, subject.answers[0]?.body ?? ''))
      expect([status, heard.error, heard.finishes, seen.length]).toEqual([status, undefined, 1, 2])
    }
  })

  rule('S6 a connection that is torn after it said something is an error, and the server is not asked again', async (subject) => {
    for (const sample of subject.answers) {
      const bytes = encode(sample.body)
      const all = await whole(subject, sample)
      for (const length of [bytes.length >> 1, (bytes.length * 3) >> 2, bytes.length - 1]) {
        const { heard, seen } = await ask(subject, () => ok(subject, tornBody(bytes.subarray(0, length))))
        const spoke = heard.text !== '' || heard.thinking !== '' || heard.calls.length > 0
        const complete = JSON.stringify(said(heard)) === JSON.stringify(said(all))
        expect([length, complete || failed(heard), spoke && seen.length > 1]).toEqual([length, true, false])
      }
    }
  })

  rule('S7 X15 a refused key is an error that does not hold it, and neither does the provider', async (subject) => {
    const { heard, seen } = await ask(subject, () => new Response(JSON.stringify({ error: { message: `${apiKey} is wrong` } }), { status: 401 }))
    const { error } = heard
    const told = [error, member(error, 'cause')].map((one) => `${one} ${JSON.stringify(one)} ${member(one, 'stack')}`).join(' ')
    const shown = JSON.stringify(subject.create({ fetch: server().fetch, apiKey }))
    expect([failed(heard), member(error, 'status'), seen.length, told.includes(apiKey), shown.includes(apiKey)]).toEqual([true, 401, 1, false, false])
  })

  rule('S8 a page, a document and nothing at all are errors', async (subject) => {
    const typed = (body: string, type: string) => () => new Response(body, { headers: { 'content-type': type } })
    for (const answer of [typed('<html></html>', 'text/html'), typed('{}', 'application/json'), () => ok(subject, null), () => ok(subject, '')]) {
      expect(failed((await ask(subject, answer)).heard)).toEqual(true)
    }
  })

  rule('an abort beforehand asks nothing', async (subject) => {
    const { fetch, seen } = server()
    const heard = await hear(subject.create({ fetch, apiKey }).stream(question, { signal: AbortSignal.abort('enough') }))
    expect([heard.error, seen.length]).toEqual(['enough', 0])
  })

  rule('an abort in the middle aborts the request, stops reading and throws its reason', async (subject) => {
    for (const sample of subject.answers) {
      const { body, cancelled } = openBody(halfOf(sample))
      const { fetch, seen } = server(() => ok(subject, body))
      const controller = new AbortController()
      const reading = hear(abortAtFirst(subject.create({ fetch, apiKey }).stream(question, { signal: controller.signal }), controller))
      const { error } = await reading
      await cancelled
      expect([error, seen[0]?.signal?.aborted]).toEqual(['enough', true])
    }
  })

  rule('who leaves early closes the connection', async (subject) => {
    for (const sample of subject.answers) {
      const { body, cancelled } = openBody(halfOf(sample))
      for await (const _ of subject.create({ fetch: server(() => ok(subject, body)).fetch, apiKey }).stream(question, { signal: never() })) break
      await cancelled
    }
  })

  rule('two answers at once do not mix', async (subject) => {
    const { fetch } = server(...subject.answers.map((sample) => () => ok(subject, sample.body)))
    const provider = subject.create({ fetch, apiKey })
    const heard = await Promise.all(subject.answers.map(() => hear(provider.stream(question, { signal: never() }))))
    expect(heard.map((one) => one.text)).toEqual(subject.answers.map((sample) => sample.text ?? ''))
  })
}

async function* abortAtFirst(deltas: AsyncIterable<ModelDelta>, controller: AbortController): AsyncGenerator<ModelDelta> {
  for await (const delta of deltas) {
    controller.abort('enough')
    yield delta
  }
}
