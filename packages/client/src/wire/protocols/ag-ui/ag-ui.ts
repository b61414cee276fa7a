/**
 * AG-UI: what its servers of every release send becomes events, and events become a run that its official client accepts: begun
 * first, nothing left open, ended last. What its words cannot say travels in `CUSTOM` and in `rawEvent`, which are the sender's own.
 * Rules: `@ag-ui/core` and `@ag-ui/client` 1.0.0 (`events.ts`, `verify.ts`, `apply/default.ts`); names up to 0.0.44 too.
 */
import type { TwoWayProtocol } from '../protocol.ts'
import { type AgUiOptions, agUiEncoder } from './encode.ts'
import { readAgUi } from './read.ts'

export type { AgUiOptions } from './encode.ts'

/** AG-UI with the names that a client gave its conversation and its run, or for servers that send several runs in a stream. */
export function createAgUi(options: AgUiOptions = {}): TwoWayProtocol {
  return { ...readAgUi(options), encoder: () => agUiEncoder(options) }
}

/** Reads what any AG-UI server sends; writes runs named by their own ids. */
export const agUi: TwoWayProtocol = createAgUi()
