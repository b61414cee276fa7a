/** Whose words the page can speak beside our own. Loaded when somebody chooses them. */
import {
  a2a,
  a2aLosses,
  a2aV1,
  agenticraftText,
  agenticraftTextLosses,
  agentor,
  agentorLosses,
  agUi,
  agUiLosses,
  autoProtocol,
  eventSchemas,
  type LossTable,
  type Protocol,
  uiMessageStream,
  uiMessageStreamLosses,
} from '@agentstream/client/wire'
import type { Words } from './line.ts'

export interface ForeignWords {
  readonly protocol: Protocol
  /** The protocol's endpoint, behind the agent's address; absent where our own routes are asked. */
  readonly endpoint?: string
  readonly losses?: LossTable
}

export const foreignWords: Readonly<Record<Exclude<Words, 'aiecs'>, ForeignWords>> = {
  'ag-ui': { protocol: agUi, endpoint: '/ag-ui', losses: agUiLosses },
  'ui-message-stream': { protocol: uiMessageStream, endpoint: '/ui-message-stream', losses: uiMessageStreamLosses },
  a2a: { protocol: a2a, endpoint: '/a2a', losses: a2aLosses },
  'a2a-v1': { protocol: a2aV1, endpoint: '/a2a', losses: a2aLosses },
  // These two say by themselves what comes behind: `/chat` and `/stream`.
  agentor: { protocol: agentor, endpoint: '', losses: agentorLosses },
  agenticraft: { protocol: agenticraftText, endpoint: '', losses: agenticraftTextLosses },
  auto: { protocol: autoProtocol() },
}

/** What a protocol cannot carry, in a sentence. */
export function lossesInWords({ events, others }: LossTable): string {
  const fates = Object.keys(eventSchemas).map((type) => new Map(Object.entries(events)).get(type) ?? others)
  const lost = fates.filter((fate) => fate === 'lost').length
  const changed = fates.filter((fate) => fate !== 'lost' && fate !== 'kept').length
  const told = [...(lost > 0 ? [`${lost} are lost`] : []), ...(changed > 0 ? [`${changed} ${changed === 1 ? 'arrives' : 'arrive'} changed`] : [])].join(' and ')
  return told === '' ? 'Every kind of event arrives as it is.' : `Of ${fates.length} kinds of events ${told}.`
}
