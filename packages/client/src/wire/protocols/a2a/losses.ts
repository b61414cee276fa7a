import type { LossTable } from '../protocol.ts'

/** Of both versions: nearly nothing, because what has no words travels in data parts and metadata. */
export const a2aLosses: LossTable = {
  protocol: 'a2a',
  events: {
    completed: 'made where a run ends with its result alone',
  },
  others: 'kept',
}
