/**
 * Speed, size and memory as ratios within one run: `npm run bench`. Prints tables, and writes bench/results.json. A noisy
 * machine moves single figures; the ratios are medians over rounds in which everything ran once.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { baseline, ours } from './layers.ts'
import type { Measured } from './measure.ts'
import { sizes } from './size.ts'

interface Row extends Measured {
  readonly chunking: string
  readonly tokens: number
}

interface ArgumentsRow extends Measured {
  readonly shape: string
  readonly chunking: string
  readonly kibibytes: number
  /** How often the growing value was read in the last run. */
  readonly readings: number
  readonly totalMs: number
}

interface DecoderRow extends Measured {
  /** Microseconds that JSON.parse of the same frames takes. */
  readonly jsonUs: number
  readonly ratioToJson: number
  readonly charactersPerToken: number
}

interface Memory {
  readonly finished: Readonly<Record<string, unknown>>
  readonly running: readonly { readonly name: string; readonly events: number; readonly textMiB: number; readonly growthBesideTextMiB: number }[]
}

interface ConcurrencyRow {
  readonly name: string
  readonly words: number
  readonly bytesPerRun: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuUsPerWord: number
}

function inProcess(script: string, flags: readonly string[]): unknown {
  const file = new URL(script, import.meta.url).pathname
  const child = spawnSync(process.execPath, ['--conditions=agentstream-source', ...flags, file], { encoding: 'utf8', maxBuffer: 1 << 24 })
  if (child.status !== 0) throw new Error(`${script} failed: ${child.stderr}`)
  return JSON.parse(child.stdout.trim().split('\n').at(-1) ?? '')
}

const throughput = inProcess('throughput.ts', []) as readonly Row[]
const withoutCodeGeneration = inProcess('throughput.ts', ['--disallow-code-generation-from-strings']) as readonly Row[]
const memory = inProcess('memory.ts', ['--expose-gc']) as Memory
const concurrency = inProcess('concurrency.ts', ['--expose-gc']) as readonly ConcurrencyRow[]
const engine = inProcess('engine.ts', []) as readonly (Measured & { readonly tokens: number })[]
const toolArguments = inProcess('tool-arguments.ts', []) as readonly ArgumentsRow[]
const decoders = inProcess('decoders.ts', []) as readonly DecoderRow[]
const bundles = await sizes()

const pick = (rows: readonly Row[], chunking: string, tokens: number): Row | undefined =>
  rows.find((row) => row.name === ours && row.chunking === chunking && row.tokens === tokens)
const fixed = (value: number | undefined, digits = 2): string => (value ?? Number.NaN).toFixed(digits)

console.log(`\nBytes → state, as multiples of "${baseline}" (reading + TextDecoder + eventsource-parser + JSON.parse + append)\n`)
console.table(
  throughput.map(({ chunking, tokens, name, perTokenUs, ratio }) => ({
    chunking,
    tokens,
    layer: name,
    'µs per token': fixed(perTokenUs, 3),
    ratio: fixed(ratio),
  })),
)
const summary = [...new Set(throughput.map((row) => row.chunking))].map((chunking) => ({
  chunking,
  'ratio at 1k': fixed(pick(throughput, chunking, 1_000)?.ratio),
  'ratio at 10k': fixed(pick(throughput, chunking, 10_000)?.ratio),
  'ratio at 100k': fixed(pick(throughput, chunking, 100_000)?.ratio),
  'at 100k without code generation': fixed(pick(withoutCodeGeneration, chunking, 100_000)?.ratio),
  'cost per token, 100k / 10k': fixed(
    (pick(throughput, chunking, 100_000)?.perTokenUs ?? Number.NaN) / (pick(throughput, chunking, 10_000)?.perTokenUs ?? Number.NaN),
  ),
}))
console.table(summary)
console.log('Model deltas → SSE bytes, as multiples of writing the same bytes ready made')
console.table(engine.map(({ tokens, name, perTokenUs, ratio }) => ({ tokens, layer: name, 'µs per token': fixed(perTokenUs, 3), ratio: fixed(ratio) })))
console.log('One tool call in pieces of 16 characters → state, as multiples of JSON.parse per event on the same bytes')
const smaller = ({ shape, chunking, name }: ArgumentsRow): number | undefined =>
  toolArguments.find((row) => row.kibibytes === 256 && row.shape === shape && row.chunking === chunking && row.name === name)?.totalMs
console.table(
  toolArguments.map((row) => ({
    arguments: row.shape,
    chunking: row.chunking,
    KiB: row.kibibytes,
    layer: row.name,
    readings: row.readings,
    ms: fixed(row.totalMs, 1),
    ratio: fixed(row.ratio),
    'cost, 1 MiB / 256 KiB': row.kibibytes === 256 ? '' : fixed(row.totalMs / (smaller(row) ?? Number.NaN)),
  })),
)
console.log('Frames → events, the same run in each protocol, as multiples of "aiecs"')
console.table(
  decoders.map(({ name, perTokenUs, ratio, ratioToJson, charactersPerToken }) => ({
    protocol: name,
    'µs per token': fixed(perTokenUs, 3),
    ratio: fixed(ratio),
    'ratio to JSON.parse of its own frames': fixed(ratioToJson),
    'characters per token': fixed(charactersPerToken, 0),
  })),
)
console.log('Heap held by a finished run')
console.table([memory.finished])
console.log('Heap that a client has at most while a million events come, beside their text')
console.table(
  memory.running.map(({ name, events, textMiB, growthBesideTextMiB }) => ({
    way: name,
    events,
    'text, MiB': fixed(textMiB),
    'beside it, MiB': fixed(growthBesideTextMiB),
  })),
)
console.log('A thousand slow runs at once in one process, a word every 200 ms each')
console.table(
  concurrency.map(({ name, bytesPerRun, p50Ms, p99Ms, cpuUsPerWord }) => {
    const plain = concurrency[0]
    return {
      server: name,
      'KiB per run': fixed(bytesPerRun / 1024, 1),
      'delay p50, ms': fixed(p50Ms, 3),
      'delay p99, ms': fixed(p99Ms, 3),
      'CPU µs per word': fixed(cpuUsPerWord, 1),
      'ratio of memory': fixed(bytesPerRun / (plain?.bytesPerRun ?? Number.NaN), 1),
      'ratio of p99': fixed(p99Ms / (plain?.p99Ms ?? Number.NaN), 1),
    }
  }),
)
console.log('Sizes in bytes, react and react-query left out')
console.table(bundles)
writeFileSync(
  new URL('../results.json', import.meta.url),
  `${JSON.stringify({ node: process.version, summary, throughput, withoutCodeGeneration, engine, toolArguments, decoders, memory, concurrency, bundles }, null, 2)}\n`,
)
