import type { JsonObject, Stage } from '@agentstream/client/wire'
import { interruptible } from '../../abort.ts'
import { oneByOne } from '../../batches.ts'
import { ProviderError } from '../../errors.ts'
import type { FinishReason, ModelDelta, ModelRequest, StreamingProvider, TokenUsage } from '../provider.ts'

/** One thing a scripted model does. A string is a piece of its answer. */
export type ScriptPiece =
  | string
  | { readonly thinking: string }
  /** Arguments given as text are sent as they are, valid or not; either way in fragments of `fragmentLength` (default 8) characters. */
  | { readonly tool: string; readonly arguments?: JsonObject | string; readonly id?: string; readonly fragmentLength?: number }
  | { readonly usage: TokenUsage }
  | { readonly finish: FinishReason; readonly stopText?: string }
  /** Fails here. */
  | { readonly fail: unknown }
  /** Says nothing more until the request is aborted. */
  | { readonly stall: true }

/** Pieces in order. A plain string is one too, and is said letter by letter. */
export type ScriptPieces = Iterable<ScriptPiece> | AsyncIterable<ScriptPiece>

/** What the model does in one turn, stated, or made from the request. */
export type ScriptedTurn = ScriptPieces | ((request: ModelRequest) => ScriptPieces)

/** What the provider calls itself, and how fast it speaks. */
export interface ScriptedOptions {
  readonly provider?: string
  readonly model?: string
  /** Awaited before every delta. Without it everything comes as fast as it is read. */
  readonly pace?: (signal: AbortSignal) => Promise<void>
}

/** One request the scripted model received, and what became of it. */
export interface ScriptedCall {
  readonly request: ModelRequest
  /** True once the request was aborted before the turn was over. */
  readonly aborted: boolean
  /** True once the turn was read to its end. */
  readonly finished: boolean
}

/** A provider that follows a script, and tells what it was asked. */
export interface ScriptedProvider extends StreamingProvider {
  /** In order of arrival. */
  readonly calls: readonly ScriptedCall[]
}

/**
 * A model that follows a script: turn after turn, whoever asks, or one function for every turn. It keeps what it was asked.
 * A turn ends with `tool_calls` or `stop` unless it states its own finish. A request beyond the script throws ProviderError.
 */
export function scriptedProvider(script: readonly ScriptedTurn[] | ((request: ModelRequest) => ScriptPieces), options: ScriptedOptions = {}): ScriptedProvider {
  const { provider = 'scripted', model = 'script', pace } = options
  const calls: { request: ModelRequest; aborted: boolean; finished: boolean }[] = []
  return {
    info: { provider, model, supportsStreaming: true, supportsTools: true },
    calls,
    stream(request, { signal }) {
      const answer = async function* (): AsyncGenerator<readonly ModelDelta[], void, undefined> {
        const call = { request, aborted: signal.aborted, finished: false }
        const number = calls.push(call)
        signal.throwIfAborted()
        const onAbort = (): void => {
          call.aborted = !call.finished
        }
        signal.addEventListener('abort', onAbort)
        try {
          const turn = typeof script === 'function' ? script : script[number - 1]
          if (turn === undefined) throw new ProviderError(provider, `The script of ${provider} has ${number - 1} turns and was asked for one more`)
          yield* say(typeof turn === 'function' ? turn(request) : turn, { pace, signal })
          call.finished = true
        } finally {
          signal.removeEventListener('abort', onAbort)
        }
      }
      return oneByOne(answer(), signal)
    },
  }
}

async function* say(
  pieces: ScriptPieces,
  { pace, signal }: { readonly pace: ScriptedOptions['pace']; readonly signal: AbortSignal },
): AsyncGenerator<readonly ModelDelta[], void, undefined> {
  const most = pace ? 1 : longestBatch(pieces)
  const iterator = iteratorOf(pieces)
  const speech = createSpeech()
  const waits = interruptible(signal)
  let said: ModelDelta[] = []
  const handOver = (): readonly ModelDelta[] => {
    signal.throwIfAborted()
    const batch = said
    said = []
    return batch
  }
  try {
    for (let isOver = false; !isOver; ) {
      const next = iterator.next()
      // No wait for what is there: `for await` would wait twice for every piece of a list.
      const piece = 'then' in next ? await next : next
      isOver = piece.done === true
      if (said.length > 0 && breaksOff(piece.value)) yield handOver()
      if (isStall(piece.value)) await aborted(signal)
      for (const delta of piece.done ? speech.end() : speech.push(piece.value)) {
        if (pace) await waits.wait(pace(signal))
        if (said.push(delta) >= most) yield handOver()
      }
    }
    if (said.length > 0) yield handOver()
    // Not all of the last batch was heard.
    signal.throwIfAborted()
  } finally {
    waits.release()
    await iterator.return?.()
  }
}

type Pieces = Iterator<ScriptPiece, unknown> | AsyncIterator<ScriptPiece, unknown>

function iteratorOf(pieces: ScriptPieces): Pieces {
  return typeof pieces === 'object' && Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]()
}

/** What a list says is there, and comes many at a time; what a script makes is made when it is asked for. */
const longestBatch = (pieces: ScriptPieces): number => (typeof pieces === 'string' || Array.isArray(pieces) ? 256 : 1)
const isStall = (piece: unknown): boolean => typeof piece === 'object' && piece !== null && 'stall' in piece
/** What was said before is heard before. */
const breaksOff = (piece: unknown): boolean => isStall(piece) || (typeof piece === 'object' && piece !== null && 'fail' in piece)

function createSpeech(): Stage<ScriptPiece, ModelDelta> {
  let callCount = 0
  let finished = false
  return {
    push(piece) {
      if (typeof piece === 'string') return [{ type: 'text', text: piece }]
      if ('thinking' in piece) return [{ type: 'thinking', text: piece.thinking }]
      if ('tool' in piece) return [...callDeltas(piece, callCount++)]
      if ('usage' in piece) return [{ type: 'usage', usage: piece.usage }]
      if ('fail' in piece) throw piece.fail
      if (!('finish' in piece)) return []
      finished = true
      return [{ type: 'finish', reason: piece.finish, ...(piece.stopText === undefined ? {} : { stopText: piece.stopText }) }]
    },
    end: () => (finished ? [] : [{ type: 'finish', reason: callCount > 0 ? 'tool_calls' : 'stop' }]),
  }
}

function* callDeltas(piece: Extract<ScriptPiece, { tool: string }>, index: number): Generator<ModelDelta> {
  const { arguments: stated = {}, fragmentLength = 8 } = piece
  const text = typeof stated === 'string' ? stated : JSON.stringify(stated)
  yield { type: 'tool_call', index, name: piece.tool, ...(piece.id === undefined ? {} : { id: piece.id }) }
  for (let at = 0; at < text.length; at += fragmentLength) yield { type: 'tool_call', index, arguments: text.slice(at, at + fragmentLength) }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
