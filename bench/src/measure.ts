import type { Layer } from './layers.ts'

export interface Measured {
  readonly name: string
  /** Microseconds per token: the median of all rounds. */
  readonly perTokenUs: number
  /** Cost as a multiple of the baseline in the same round: the median over rounds. */
  readonly ratio: number
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * How long everything runs before anything is counted. A server between requests, and a page that has talked before, run code that
 * the engine has long compiled; after some hundred short runs it is not yet, and they would seem to cost twice.
 */
const warmUpMs = 4_000

/** Runs every layer in every round, so that a noisy moment hits all of them; figures are medians over rounds. */
export async function measure(
  layers: Readonly<Record<string, Layer>>,
  options: { chunks: readonly Uint8Array[]; tokens: number; baseline: string; rounds: number },
): Promise<readonly Measured[]> {
  const { chunks, tokens, baseline, rounds } = options
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(layers).map((name) => [name, []]))
  const repeats = Math.max(1, Math.ceil(20_000 / tokens))
  const warmAt = performance.now() + warmUpMs
  for (let round = 0; round < rounds; ) {
    const isWarm = performance.now() >= warmAt
    for (const [name, layer] of Object.entries(layers)) {
      const start = performance.now()
      for (let at = 0; at < repeats; at++) await layer(chunks)
      if (isWarm) times[name]?.push((performance.now() - start) / repeats)
    }
    if (isWarm) round++
  }
  const base = times[baseline] ?? []
  return Object.entries(times).map(([name, values]) => ({
    name,
    perTokenUs: (median(values) * 1000) / tokens,
    ratio: median(values.map((value, round) => value / (base[round] ?? Number.NaN))),
  }))
}
