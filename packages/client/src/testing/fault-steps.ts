/** What networks and servers do to bytes on their way, each as one generator over what arrives when. */

/** Bytes; milliseconds of silence; `hang`, after which nothing comes and nothing closes; or what breaks the connection. */
export type Step = Uint8Array | number | 'hang' | Error
export type Steps = AsyncIterable<Step>
export type Fault = (steps: Steps) => AsyncGenerator<Step, void, undefined>

const utf8 = new TextEncoder()
const lineFeed = 10

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Lets `bytes` bytes pass, then does what `then` says. */
export function after(bytes: number, then: Step | undefined): Fault {
  return async function* (steps) {
    let left = bytes
    for await (const step of steps) {
      if (!(step instanceof Uint8Array) || step.length < left) {
        yield step
        if (step instanceof Uint8Array) left -= step.length
        continue
      }
      yield step.subarray(0, left)
      if (then !== undefined) yield then
      return
    }
  }
}

/** The same bytes in chunks of other sizes, whatever the chunks they came in. */
export function inSizes(nextSize: () => number, waitMs = 0): Fault {
  return async function* (steps) {
    for await (const step of steps) {
      if (!(step instanceof Uint8Array)) yield step
      else
        for (let at = 0; at < step.length; ) {
          const size = Math.max(1, nextSize())
          yield step.subarray(at, at + size)
          at += size
          if (waitMs > 0) yield waitMs
        }
    }
  }
}

/** Every byte in place, as `change` makes it. */
export function perByte(change: (byte: number, at: number) => readonly number[]): Fault {
  return async function* (steps) {
    let at = 0
    for await (const step of steps) yield step instanceof Uint8Array ? Uint8Array.from(Array.from(step).flatMap((byte) => change(byte, at++))) : step
  }
}

/** Whole events, as `change` hands them on. What is left of one at the end passes as it is. */
export function perEvent(isSse: boolean, change: (event: Uint8Array, at: number) => readonly Uint8Array[]): Fault {
  return async function* (steps) {
    let rest: Uint8Array = new Uint8Array()
    let at = 0
    for await (const step of steps) {
      if (!(step instanceof Uint8Array)) {
        yield step
        continue
      }
      rest = joined([rest, step])
      for (let end = endOfEvent(rest, isSse); end > 0; end = endOfEvent(rest, isSse)) {
        const event = rest.subarray(0, end)
        rest = rest.slice(end)
        // Signs of life are no events.
        if (event.length <= 3) yield event
        else yield* change(event, at++)
      }
    }
    if (rest.length > 0) yield rest
  }
}

function endOfEvent(bytes: Uint8Array, isSse: boolean): number {
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) if (!isSse || bytes[at + 1] === lineFeed) return at + (isSse ? 2 : 1)
  return 0
}

/** Something before the first byte. */
export function preceded(step: Step): Fault {
  return async function* (steps) {
    yield step
    yield* steps
  }
}

/** Something after the last byte. */
export function followed(more: () => Iterable<Step>): Fault {
  return async function* (steps) {
    yield* steps
    yield* more()
  }
}

/** Every event with another epoch in its id. */
export function inEpoch(event: Uint8Array, epoch: string): Uint8Array {
  return utf8.encode(new TextDecoder().decode(event).replace(/^(id: |\{"\$id":")[A-Za-z0-9]+-/, `$1${epoch}-`))
}

/** What a body holds, as it comes. Whoever stops early has the body cancelled. */
export async function* stepsOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Step, void, undefined> {
  const reader = body?.getReader()
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) yield read.value
  } finally {
    // A body that already broke says so again.
    reader?.cancel().catch(() => {})
  }
}
