import { readFileSync } from 'node:fs'

/** One JSON value per line of a file in `packages/client/conformance/dawp`; whoever asks knows their shape. */
export function dawpVectors<Vector>(name: string): Vector[] {
  const folder = new URL('../../client/conformance/dawp/', import.meta.url)
  // Split at LF only: texts may hold other line ends.
  const lines = readFileSync(new URL(`${name}.jsonl`, folder), 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line): Vector => JSON.parse(line))
}
