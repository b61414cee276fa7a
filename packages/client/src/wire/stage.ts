/**
 * The shape of everything at a byte boundary: one input in, zero or more outputs out, synchronously.
 * Stages are tested with arrays, joined with `pipe`, and driven by the one reader loop below.
 */
export interface Stage<In, Out> {
  /** Takes one input and gives what it completed, in order. Throws an `AgentStreamError` when the input is beyond repair. */
  push(input: In): readonly Out[]
  /** The input is over: gives what was still held back. Nothing may be pushed afterwards. */
  end(): readonly Out[]
}

/** Two stages as one. */
export function pipe<In, Mid, Out>(first: Stage<In, Mid>, second: Stage<Mid, Out>): Stage<In, Out> {
  const all = (inputs: readonly Mid[]): Out[] => {
    const out: Out[] = []
    for (const input of inputs) for (const output of second.push(input)) out.push(output)
    return out
  }
  return {
    push: (input) => all(first.push(input)),
    end: () => [...all(first.end()), ...second.end()],
  }
}

/** A stream read through a stage, in either style. Each pulls: a slow reader slows the sender. */
export interface StageReader<Out> {
  /** What the next chunk completed (possibly nothing), or undefined after the end. */
  read(): Promise<readonly Out[] | undefined>
  /**
   * Hands over what each chunk completed, until the end or `cancel`. A promise that comes back holds the next read; what is
   * thrown ends the reading. One await per chunk, where `read` costs two.
   */
  drive(take: (batch: readonly Out[]) => Promise<void> | undefined): Promise<void>
  /** Stops reading and tells the source. Safe to call at any time and more than once. */
  cancel(reason?: unknown): void
}

/**
 * Reads a stream of chunks through a stage. Nothing is awaited per output. What a chunk completes is in memory all at once;
 * where chunks can be of any size, `drive` takes them in `pieces`.
 */
export function stageReader<In, Out>(source: ReadableStream<In>, stage: Stage<In, Out>, pieces = (chunk: In): Iterable<In> => [chunk]): StageReader<Out> {
  const reader = source.getReader()
  let ended = false
  const step = ({ done, value }: ReadableStreamReadResult<In>): readonly Out[] => {
    if (!done) return stage.push(value)
    ended = true
    return stage.end()
  }
  return {
    read: async () => (ended ? undefined : step(await reader.read())),
    async drive(take) {
      while (!ended) {
        const read = await reader.read()
        // Cancelled meanwhile: what the source says now is its farewell.
        if (ended) return
        if (read.done) await take(step(read))
        else
          for (const piece of pieces(read.value)) {
            const behind = take(stage.push(piece))
            if (behind) await behind
            if (ended) return
          }
      }
    },
    cancel(reason) {
      ended = true
      // A source that already failed rejects here too; its reader has been told.
      reader.cancel(reason).catch(() => {})
    },
  }
}

/** The same as an async generator of batches, one per chunk. Leaving the loop early cancels the source. */
export async function* readStage<In, Out>(source: ReadableStream<In>, stage: Stage<In, Out>): AsyncGenerator<readonly Out[], void, undefined> {
  const reader = stageReader(source, stage)
  try {
    for (let batch = await reader.read(); batch; batch = await reader.read()) if (batch.length > 0) yield batch
  } finally {
    reader.cancel()
  }
}

/** The same as a transform, for people who compose Web Streams. */
export function toTransformStream<In, Out>(stage: Stage<In, Out>): TransformStream<In, Out> {
  return new TransformStream<In, Out>({
    transform(chunk, controller) {
      for (const output of stage.push(chunk)) controller.enqueue(output)
    },
    flush(controller) {
      for (const output of stage.end()) controller.enqueue(output)
    },
  })
}
