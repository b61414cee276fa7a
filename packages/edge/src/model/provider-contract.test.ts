import { expect, test } from 'vitest'
import { openai } from './openai/provider.ts'
import type { ModelDelta, StreamingProvider } from './provider.ts'
import { type ProviderUnderTest, providerContract } from './provider-contract.ts'

// That a good provider passes is shown beside every vendor; here, that a bad one does not.

const say = (content: string, finish_reason?: string): string => `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason }] })}\n\n`
type Create = ProviderUnderTest['create']
type Stream = StreamingProvider['stream']

const good: Create = (options) => openai({ ...options, model: 'm', retry: { attempts: 2, firstDelayMs: 0 } })
/** The good provider, with what it streams changed. */
const changed = (change: (stream: Stream, options: Parameters<Create>[0]) => Stream): Create => {
  return (options) => {
    const provider = good(options)
    return { ...provider, stream: change(provider.stream, options) }
  }
}

async function broken(create: Create): Promise<string[]> {
  const rules: { name: string; body: () => Promise<void> }[] = []
  const answers = [
    { body: say('H') + say('i', 'stop'), text: 'Hi' },
    { body: say('Y') + say('es', 'stop'), text: 'Yes' },
  ]
  providerContract(() => ({ create, contentType: 'text/event-stream', answers }), { test: (name, body) => rules.push({ name, body }), expect })
  const failed: string[] = []
  for (const { name, body } of rules) {
    await body().catch(() => failed.push(name.replace('provider: ', '')))
  }
  return failed
}

test('a good provider breaks no rule', async () => {
  expect(await broken(good)).toEqual([])
})

test('one that calls every end a success is caught', async () => {
  const lenient = changed(
    (stream) =>
      async function* (...asked) {
        try {
          yield* stream(...asked)
        } catch {
          asked[1].signal.throwIfAborted()
          yield { type: 'finish', reason: 'stop' } satisfies ModelDelta
        }
      },
  )
  expect((await broken(lenient)).map((name) => name.slice(0, 2))).toEqual(['S3', 'S6', 'S7', 'S8'])
})

test('one that asks again after it spoke is caught', async () => {
  const eager = changed(
    (stream) =>
      async function* (...asked) {
        try {
          yield* stream(...asked)
        } catch {
          asked[1].signal.throwIfAborted()
          yield* stream(...asked)
        }
      },
  )
  expect(await broken(eager)).toContain('S6 a connection that is torn after it said something is an error, and the server is not asked again')
})

test('one that tells its key is caught', async () => {
  const leaking: Create = (options) => ({ ...good(options), ...options })
  expect(await broken(leaking)).toEqual(['S7 X15 a refused key is an error that does not hold it, and neither does the provider'])
})

test('one that finishes twice, or forgets the conversation, is caught', async () => {
  const twice = changed(
    (stream) =>
      async function* (...asked) {
        yield* stream(...asked)
        yield { type: 'finish', reason: 'stop' } satisfies ModelDelta
      },
  )
  expect(await broken(twice)).toContain('an answer is given whole, and finished once')
  const forgetful = changed((stream) => (request, options) => stream({ messages: request.messages.slice(-1) }, options))
  expect(await broken(forgetful)).toEqual(['the conversation and the parameters reach the server, and stay as they were'])
})
