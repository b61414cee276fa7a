import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AgentClient, createAgentClient, createAgentSession, selectText } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { createAgentHandler, createHybridAgent, createLLMAgent, defineTool } from '@agentstream/edge'
import { nodeListener } from '@agentstream/edge/node'
import { type ScriptedTurn, scriptedProvider } from '@agentstream/edge/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { watchArguments } from '../docs/examples/patterns/arguments.ts'
import { inBatches, inWords } from '../docs/examples/patterns/batches.ts'
import { ask } from '../docs/examples/patterns/command-line.ts'
import { compare } from '../docs/examples/patterns/compare.ts'
import { talk } from '../docs/examples/patterns/conversation.ts'
import { pickUp, startAfresh } from '../docs/examples/patterns/earlier.ts'
import { tell, untilItWorks } from '../docs/examples/patterns/errors.ts'
import { toolsUsed } from '../docs/examples/patterns/filter.ts'
import { rehearsal } from '../docs/examples/patterns/mock.ts'
import { showIn } from '../docs/examples/patterns/page.ts'
import { watchProgress } from '../docs/examples/patterns/progress.ts'
import { answer } from '../docs/examples/patterns/serialize.ts'
import { askBoth } from '../docs/examples/patterns/several.ts'
import { withinHalfAMinute } from '../docs/examples/patterns/timeouts.ts'
import { complete } from '../docs/examples/patterns/whole-answer.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test('docs/patterns.md shows the code that is run here, to the letter', () => {
  const blocks = [...read('docs/patterns.md').matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1])
  const files = readdirSync(new URL('../docs/examples/patterns', import.meta.url)).map((name) => read(`docs/examples/patterns/${name}`))
  expect(blocks.toSorted()).toEqual(files.toSorted())
})

const says = (...pieces: readonly string[]) => scriptedProvider(() => pieces)

const lookUp = defineTool({
  name: 'look_up',
  description: 'What the almanac says',
  parameters: z.object({ port: z.string() }),
  execute({ port }, { emit }) {
    emit({ progress: 0.5, message: `Reading about ${port}` })
    return '14:05'
  },
})

/** An agent of these turns behind our handler, and a client for it, without a network. */
function agentOf(...turns: readonly ScriptedTurn[]): AgentClient {
  const harbour = createHybridAgent({ name: 'harbour', provider: scriptedProvider(turns), tools: [lookUp] })
  return clientFor(createAgentHandler({ agents: { harbour } }))
}

const clientFor = (handle: ReturnType<typeof createAgentHandler>): AgentClient =>
  createAgentClient({ url: 'https://in.process', fetch: (input, init) => handle(new Request(input, init)), retry: false })

const call = { tool: 'look_up', arguments: { port: 'Brest' } }

describe('each usage pattern does what the page says', () => {
  test('an answer that was on its way when the page was loaded again', async () => {
    const provider = scriptedProvider([['One ', { stall: true }]])
    const client = clientFor(createAgentHandler({ agents: { pilot: createLLMAgent({ name: 'pilot', provider }) } }))
    const asked = createAgentSession(client, { id: 's' }).run('When?')
    await new Promise<void>((resolve) => asked.subscribe(() => selectText(asked.getSnapshot()) !== '' && resolve()))
    const { run } = await pickUp(client, 's')
    expect(run?.id).toBe(asked.id)
    await startAfresh(client, 's', run?.id)
    expect((await run?.result())?.status).toBe('cancelled')
    expect((await pickUp(client, 's')).run).toBeUndefined()
  })

  test('a conversation', async () => {
    const provider = scriptedProvider(({ messages }) => [`${messages.filter(({ role }) => role === 'user').length} so far`])
    const client = clientFor(createAgentHandler({ agents: { pilot: createLLMAgent({ name: 'pilot', provider }) } }))
    const { id, answers } = await talk(client, ['When?', 'And then?'])
    expect(answers).toEqual(['1 so far', '2 so far'])
    const { messages, run } = await pickUp(client, id)
    expect([messages.map(({ text }) => text), run]).toEqual([['When?', '1 so far', 'And then?', '2 so far'], undefined])
    await startAfresh(client, id)
    expect((await pickUp(client, id)).messages).toEqual([])
  })

  test('only some kinds of events', async () => {
    expect(await toolsUsed(agentOf([call], ['14:05']), 'When?')).toEqual(['look_up'])
  })

  test('progress', async () => {
    const lines: string[] = []
    await watchProgress(agentOf([call], ['At 14:05.']), 'When?', (line) => lines.push(line))
    expect(lines).toEqual(['round 1 of 10', 'look_up: 50 %, Reading about Brest', 'round 2 of 10', '9 characters'])
  })

  test('batches, and whole words', async () => {
    const sent: string[] = []
    await inBatches(agentOf('abcdefghijkl'.split('')), 'x', (text) => sent.push(text))
    expect(sent).toEqual(['abcdefghij', 'kl'])
    const said: string[] = []
    await inWords(agentOf(['Hi', 'gh ', 'wa', 'ter ', 'soon']), 'x', (text) => said.push(text))
    expect(said).toEqual(['High ', 'water ', 'soon'])
  })

  test('several agents at once', async () => {
    const agents = {
      pilot: createLLMAgent({ name: 'pilot', provider: says('At ', '14:05') }),
      cook: createLLMAgent({ name: 'cook', provider: says('At ', 'noon') }),
    }
    expect(await askBoth(clientFor(createAgentHandler({ agents })), 'When?')).toEqual({ answers: { pilot: 'At 14:05', cook: 'At noon' }, failures: [] })
  })

  test('vendors side by side', async () => {
    const agents = { short: createLLMAgent({ name: 'short', provider: says('Soon') }), long: createLLMAgent({ name: 'long', provider: says('At ', '14:05') }) }
    expect(await compare(clientFor(createAgentHandler({ agents })), ['short', 'long'], 'When?')).toMatchObject([
      { agent: 'short', status: 'completed', characters: 4, timeToFirstTokenMs: expect.any(Number) },
      { agent: 'long', status: 'completed', characters: 8, timeToFirstTokenMs: expect.any(Number) },
    ])
  })

  test('arguments as they grow', async () => {
    const lines: string[] = []
    expect(await watchArguments(agentOf([call], ['14:05']), 'When?', (line) => lines.push(line))).toBe('completed')
    expect(lines.at(-1)).toBe('look_up {"port":"Brest"} port: done')
  })

  test('events as JSON, from a route of one’s own', async () => {
    const fetch = async (input: RequestInfo | URL, init?: RequestInit) => answer(says('At ', '14:05'), new Request(input, init))
    const { status, text } = await createAgentClient({ url: 'https://in.process', fetch }).run('When?').result()
    expect({ status, text }).toEqual({ status: 'completed', text: 'At 14:05' })
  })

  test('errors, and once more where that may help', async () => {
    expect(await tell(agentOf(['14:05']), 'x')).toBe('Done')
    expect(await tell(agentOf(), 'x')).toMatch(/^The agent failed: /)
    const script = (...bodies: readonly string[]) => scriptedFetch(...bodies.map((body) => ({ body })))
    const over = (fetch: typeof globalThis.fetch): AgentClient => createAgentClient({ url: 'https://example.org', fetch, retry: false })
    const cut = 'data: {"type":"token","content":"At 14"}\n\n'
    expect(await tell(over(script(cut).fetch), 'x')).toBe('Cut off after: At 14')
    expect(await tell(over(scriptedFetch({ status: 403 }).fetch), 'x')).toBe('http, do not try again')
    const failing = 'data: {"type":"error","error":"busy","retryable":true}\n\n'
    const whole = 'data: {"type":"token","content":"At 14:05"}\n\ndata: {"type":"result","output":"At 14:05"}\n\n'
    expect(await untilItWorks(over(script(failing, whole).fetch), 'x')).toEqual({ status: 'completed', text: 'At 14:05', attempt: 2 })
    expect(await untilItWorks(over(script(failing).fetch), 'x', 2)).toMatchObject({ status: 'failed', attempt: 2 })
  })

  test('limits on time', async () => {
    const silent = scriptedFetch({ body: 'data: {"type":"token","content":"At 14"}\n\n', hangs: true })
    const client = createAgentClient({ url: 'https://example.org', fetch: silent.fetch })
    expect(await withinHalfAMinute(client, 'x', { idleMs: 20, totalMs: 5_000 })).toEqual({ text: 'At 14', late: 'idle' })
    await expect.poll(() => silent.requests[0]?.aborted).toBe(true)
    expect(await withinHalfAMinute(agentOf(['14:05']), 'x')).toEqual({ text: '14:05', late: undefined })
  })

  test('a stream without an agent', async () => {
    expect(await rehearsal()).toEqual(['High wat', 'er at 14', ':05.'])
  })

  test('on the command line, over a real connection', async () => {
    const handle = createAgentHandler({ agents: { pilot: createLLMAgent({ name: 'pilot', provider: says('At ', '14:05') }) } })
    const server = createServer(nodeListener(handle))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    let out = ''
    const write = (text: string): void => {
      out += text
    }
    try {
      const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
      await ask(url, 'When?', { write, signal: new AbortController().signal })
      await ask(url, 'When?', { write, signal: AbortSignal.abort() })
    } finally {
      server.close()
    }
    expect(out).toBe('At 14:05\n\n(stopped)\n')
  })

  test('in a page without React: what a model writes is text, whatever it writes', async () => {
    const element = { textContent: '' }
    expect(await showIn(element, agentOf(['<img src=x ', 'onerror=alert(1)>']), 'x')).toBe('completed')
    expect(element.textContent).toBe('<img src=x onerror=alert(1)>')
    // The one way into the page, by the source's own words: no example reaches for HTML.
    expect(read('docs/examples/patterns/page.ts')).not.toContain('innerHTML')
  })

  test('whole answers', async () => {
    expect(await complete(agentOf(['At ', '14:05']), 'x')).toBe('At 14:05')
    await expect(complete(agentOf(), 'x')).rejects.toThrow('The run ended failed')
  })
})
