import type { JsonObject } from '@agentstream/client/wire'
import { interruptible } from '../../abort.ts'
import { ProviderError } from '../../errors.ts'
import type { FinishReason, ModelDelta, ModelRequest, StreamingProvider, TokenUsage } from '../provider.ts'

/** One thing a scripted model does. A string is a piece of its answer. */
export type ScriptPiece =
  | string
  | { readonly thinking: string }
  /** Arguments given as text are sent as they are, valid or not; either way in fragments of `fragmentLength` (default 8) characters. */
  | { readonly tool: string; readonly arguments?: JsonObject | string; readonly id?: string; readonly fragmentLength?: number }
  | { readonly usage: TokenUsage }
  | { readonly finish: FinishReason }
  /** Fails here. */
  | { readonly fail: unknown }
  /** Says nothing more until the request is aborted. */
  | { readonly stall: true }

/** Pieces in order. A plain string is one too, and is said letter by letter. */
export type ScriptPieces = Iterable<ScriptPiece> | AsyncIterable<ScriptPiece>

/** What the model does in one turn, stated, or made from the request. */
export type ScriptedTurn = ScriptPieces | ((request: ModelRequest) => ScriptPieces)

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
    async *stream(request, { signal }) {
      const call = { request, aborted: signal.aborted, finished: false }
      const number = calls.push(call)
      signal.throwIfAborted()
      const onAbort = (): void => {
        call.aborted = !call.finished
      }
      signal.addEventListener('abort', onAbort)
      const waits = interruptible(signal)
      try {
        const turn = typeof script === 'function' ? script : script[number - 1]
        if (turn === undefined) throw new ProviderError(provider, `The script of ${provider} has ${number - 1} turns and was asked for one more`)
        for await (const delta of deltasOf(typeof turn === 'function' ? turn(request) : turn, signal)) {
          if (pace) await waits.wait(pace(signal))
          signal.throwIfAborted()
          yield delta
        }
        call.finished = true
      } finally {
        waits.release()
        signal.removeEventListener('abort', onAbort)
      }
    },
  }
}

async function* deltasOf(pieces: ScriptPieces, signal: AbortSignal): AsyncGenerator<ModelDelta> {
  let callCount = 0
  let finished = false
  for await (const piece of pieces) {
    if (typeof piece === 'string') yield { type: 'text', text: piece }
    else if ('thinking' in piece) yield { type: 'thinking', text: piece.thinking }
    else if ('tool' in piece) yield* callDeltas(piece, callCount++)
    else if ('usage' in piece) yield { type: 'usage', usage: piece.usage }
    else if ('finish' in piece) {
      finished = true
      yield { type: 'finish', reason: piece.finish }
    } else if ('fail' in piece) throw piece.fail
    else await aborted(signal)
  }
  if (!finished) yield { type: 'finish', reason: callCount > 0 ? 'tool_calls' : 'stop' }
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
