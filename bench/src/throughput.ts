/** Bytes to state at three lengths and two chunkings, printed as JSON: run by main.ts in processes of their own. */
import process from 'node:process'
import { baseline, layers } from './layers.ts'
import { measure } from './measure.ts'
import { type Chunking, tokenChunks } from './streams.ts'

const chunkings: readonly Chunking[] = ['64 KiB chunks', 'one event per chunk']
const rounds = Number(process.argv[2] ?? 9)
const rows = []
for (const chunking of chunkings) {
  for (const tokens of [1_000, 10_000, 100_000]) {
    const measured = await measure(layers, { chunks: tokenChunks(tokens, chunking), tokens, baseline, rounds })
    for (const row of measured) rows.push({ chunking, tokens, ...row })
  }
}
console.log(JSON.stringify(rows))
