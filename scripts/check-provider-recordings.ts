/**
 * Runs recorded provider streams, kept outside this repository, through our providers under several cuttings and prints the
 * share that agrees, per format and tier:
 * `node scripts/run.mjs --conditions=agentstream-source scripts/check-provider-recordings.ts <folder>`.
 * Every case is a folder `<format>/<id>` with the wire bytes, `meta.json` and `expected.json`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { isDeepStrictEqual } from 'node:util'
import type { ModelDelta, StreamingProvider } from '@agentstream/edge'
import { anthropic } from '@agentstream/edge/anthropic'
import { ollama } from '@agentstream/edge/ollama'
import { openai } from '@agentstream/edge/openai'

interface Call {
  readonly id?: string | null
  readonly name: string
  readonly args?: unknown
}
interface Said {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly Call[]
  readonly finishReason: string | null
  readonly usage: Readonly<Record<string, number | null>> | null
}
interface Expected {
  readonly tier: 'strict' | 'dialect' | 'oracle-split' | 'fault'
  readonly normalized: Said & { readonly outcome: string; readonly refusal: string | null; readonly partialToolCalls?: readonly Call[] }
  readonly secondary?: Partial<Said> | null
}
interface Heard extends Said {
  readonly outcome: 'ok' | 'failed'
}

type Fetch = typeof globalThis.fetch
const always = { model: 'recorded', retry: false } as const
const formats: Readonly<Record<string, (fetch: Fetch) => StreamingProvider>> = {
  'openai-chat': (fetch) => openai({ ...always, fetch }),
  'openai-responses': (fetch) => openai({ ...always, fetch, api: 'responses' }),
  anthropic: (fetch) => anthropic({ ...always, fetch }),
  'ollama-chat': (fetch) => ollama({ ...always, fetch }),
  // The same reader takes the lines of `/api/generate`.
  'ollama-generate': (fetch) => ollama({ ...always, fetch }),
}

const reasons: Readonly<Record<string, string>> = {
  stop: 'stop',
  end_turn: 'stop',
  completed: 'stop',
  tool_calls: 'tool_calls',
  tool_use: 'tool_calls',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
}

/** Whole, byte by byte, by seven, by a thousand, and at places that look random but are the same every time. */
function* cuttings(bytes: Uint8Array): Generator<[string, Uint8Array[]]> {
  const every = (size: number): Uint8Array[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
  yield ['whole', [bytes]]
  for (const size of [1, 7, 1000]) yield [`by ${size}`, every(size)]
  for (const seed of [1, 2, 3]) {
    const chunks: Uint8Array[] = []
    let state = seed
    for (let at = 0; at < bytes.length; ) {
      state = (state * 48_271) % 2_147_483_647
      const size = 1 + (state % 97)
      chunks.push(bytes.subarray(at, at + size))
      at += size
    }
    yield [`random ${seed}`, chunks]
  }
}

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks[at++]
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })
}

async function hear(chunks: readonly Uint8Array[], provider: (fetch: Fetch) => StreamingProvider): Promise<Heard> {
  const model = provider(async () => new Response(bodyOf(chunks)))
  const all: ModelDelta[] = []
  let outcome: Heard['outcome'] = 'ok'
  try {
    for await (const delta of model.stream({ messages: [] }, { signal: new AbortController().signal })) all.push(delta)
  } catch {
    // That it failed is what is asked; how, the tests ask.
    outcome = 'failed'
  }
  const said = (type: string): string => all.map((delta) => (delta.type === type && 'text' in delta ? delta.text : '')).join('')
  const finish = all.findLast((delta) => delta.type === 'finish')
  return { text: said('text'), reasoning: said('thinking'), toolCalls: callsIn(all), finishReason: finish?.reason ?? null, usage: usageIn(all, model), outcome }
}

function callsIn(deltas: readonly ModelDelta[]): readonly Call[] {
  const calls = new Map<number, { id: string | null; name: string; text: string }>()
  for (const delta of deltas) {
    if (delta.type !== 'tool_call') continue
    const call = calls.get(delta.index) ?? { id: delta.id ?? null, name: delta.name ?? '', text: '' }
    calls.set(delta.index, { ...call, name: call.name || (delta.name ?? ''), text: call.text + (delta.arguments ?? '') })
  }
  return [...calls.values()].map(({ text, ...call }) => ({ ...call, args: argumentsOf(text) }))
}

function usageIn(deltas: readonly ModelDelta[], { info }: StreamingProvider): Said['usage'] {
  const { usage } = deltas.findLast((delta) => delta.type === 'usage') ?? {}
  if (!usage) return null
  const { inputTokens, outputTokens, cachedInputTokens: cached = 0, cacheWriteInputTokens: cacheWrite = 0, reasoningTokens: reasoning = 0 } = usage
  // Anthropic counts what was cached beside the input, we count it among it.
  const beside = info.provider === 'anthropic' ? cached + cacheWrite : 0
  return { input: inputTokens - beside, output: outputTokens, cachedInput: cached, cacheRead: cached, cacheWrite, reasoning }
}

/** Null for what is no JSON, and so is never run. */
function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text || '{}')
  } catch {
    return null
  }
}

const runnable = (calls: readonly Call[]): readonly Call[] => calls.filter((call) => call.args !== null)
const callsOf = (calls: readonly Call[] = []): unknown => calls.map(({ id, name, args }) => [id || null, name, args])

function differences(heard: Heard, expected: Expected): string[] {
  const { normalized } = expected
  const views: Record<string, readonly [unknown, unknown]> = {
    text: [heard.text, normalized.text + (normalized.refusal ?? '')],
    reasoning: [heard.reasoning, normalized.reasoning],
  }
  if (expected.tier === 'fault') {
    views['outcome'] = [heard.outcome, 'failed']
    views['calls'] = [callsOf(runnable(heard.toolCalls)), []]
  } else {
    views['outcome'] = [heard.outcome, 'ok']
    views['calls'] = [callsOf(heard.toolCalls), callsOf(normalized.toolCalls)]
    const reason = reasons[normalized.finishReason ?? '']
    if (reason) views['reason'] = [heard.finishReason, reason === 'stop' && normalized.toolCalls.length > 0 ? 'tool_calls' : reason]
    for (const [name, value] of Object.entries(normalized.usage ?? {})) {
      if (name !== 'total') views[`usage ${name}`] = [heard.usage?.[name] ?? 0, value ?? 0]
    }
  }
  const different = Object.entries(views).filter(([, [ours, theirs]]) => !isDeepStrictEqual(ours, theirs))
  const text = (value: unknown): string => JSON.stringify(value)?.slice(0, 120) ?? 'nothing'
  return different.map(([name, [ours, theirs]]) => `${name} ${text(ours)} instead of ${text(theirs)}`)
}

/** Where the vendors' own libraries disagree, either view will do, for each thing they disagree about. */
function judge(heard: Heard, expected: Expected): string[] {
  const first = differences(heard, expected)
  if (first.length === 0 || expected.tier !== 'oracle-split') return first
  const { text, toolCalls } = expected.secondary ?? {}
  const others = [{ text }, { toolCalls }].filter((other) => Object.values(other).every((value) => value !== undefined))
  const agrees = (said: Heard, other: object): boolean => differences(said, { ...expected, normalized: { ...expected.normalized, ...other } }).length === 0
  const said = { ...heard, toolCalls: runnable(heard.toolCalls) }
  return others.some((other) => agrees(said, other)) ? [] : first
}

/** Places, out of 25, where a stream that ends there is told as anything but a failure or the whole. */
async function liesWhenCut(bytes: Uint8Array, provider: (fetch: Fetch) => StreamingProvider): Promise<number[]> {
  const whole = await hear([bytes], provider)
  const lies: number[] = []
  for (let place = 0; place < 25; place++) {
    const length = Math.floor((bytes.length * place) / 25) + (place % 3)
    const heard = await hear([bytes.subarray(0, length)], provider)
    // Chat completions may end with the finish reason; the figures that come after it may be lost then.
    if (heard.outcome === 'ok' && !isDeepStrictEqual({ ...heard, usage: whole.usage }, whole)) lies.push(length)
  }
  return lies
}

interface Verdict {
  readonly tier: string
  readonly cuttings: number
  readonly lies: readonly number[]
  /** The first cutting that disagrees. */
  readonly failed: { readonly name: string; readonly differs: readonly string[] } | undefined
}

async function check(path: string, provider: (fetch: Fetch) => StreamingProvider): Promise<Verdict> {
  const expected: Expected = JSON.parse(readFileSync(`${path}/expected.json`, 'utf8'))
  const { wireFile } = JSON.parse(readFileSync(`${path}/meta.json`, 'utf8'))
  const bytes = readFileSync(`${path}/${wireFile}`)
  const results: { name: string; differs: readonly string[] }[] = []
  for (const [name, chunks] of cuttings(bytes)) results.push({ name, differs: judge(await hear(chunks, provider), expected) })
  const failed = results.find(({ differs }) => differs.length > 0)
  return { tier: expected.tier, cuttings: results.length, lies: await liesWhenCut(bytes, provider), failed }
}

const folder = process.argv[2]
if (!folder) throw new Error('Name the folder of the recordings')
const verdicts: (Verdict & { readonly path: string; readonly key: string })[] = []
for (const [format, provider] of Object.entries(formats)) {
  for (const id of readdirSync(`${folder}/${format}`)) {
    const verdict = await check(`${folder}/${format}/${id}`, provider)
    verdicts.push({ ...verdict, path: `${format}/${id}`, key: `${format} ${verdict.tier}` })
  }
}
for (const key of new Set(verdicts.map((verdict) => verdict.key))) {
  const cases = verdicts.filter((verdict) => verdict.key === key)
  const agree = cases.filter(({ failed }) => !failed)
  console.log(`${key}: ${agree.length} of ${cases.length} agree (${cases.reduce((sum, one) => sum + one.cuttings, 0)} cuttings)`)
}
console.log(`cut short: ${verdicts.filter(({ lies }) => lies.length === 0).length} of ${verdicts.length} are never called a success`)
for (const { path, failed, lies } of verdicts) {
  if (failed) console.log(`  ${path} (${failed.name}): ${failed.differs.join('; ')}`)
  if (lies.length > 0) console.log(`  ${path}: a success when cut at ${lies.length} of 25 places, the first at ${lies[0]} bytes`)
}
if (verdicts.some(({ failed }) => failed)) process.exitCode = 1
