import type { Layer } from './layers.ts'

export interface Measured {
  readonly name: string
  /** Microseconds per token: the median of all rounds. */
  readonly perTokenUs: number
  /** Cost as a multiple of the baseline in the same round: the median over rounds. */
  readonly ratio: number
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Runs every layer in every round, so that a noisy moment hits all of them; figures are medians over rounds. */
export async function measure(
  layers: Readonly<Record<string, Layer>>,
  options: { chunks: readonly Uint8Array[]; tokens: number; baseline: string; rounds: number },
): Promise<readonly Measured[]> {
  const { chunks, tokens, baseline, rounds } = options
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(layers).map((name) => [name, []]))
  const repeats = Math.max(1, Math.ceil(20_000 / tokens))
  for (let round = -6; round < rounds; round++) {
    for (const [name, layer] of Object.entries(layers)) {
      const start = performance.now()
      for (let at = 0; at < repeats; at++) await layer(chunks)
      // The first rounds warm the engine up.
      if (round >= 0) times[name]?.push((performance.now() - start) / repeats)
    }
  }
  const base = times[baseline] ?? []
  return Object.entries(times).map(([name, values]) => ({
    name,
    perTokenUs: (median(values) * 1000) / tokens,
    ratio: median(values.map((value, round) => value / (base[round] ?? Number.NaN))),
  }))
}
