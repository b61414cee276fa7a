/** How the page talks to the server: in whose words, and over what. */

export const wordsTitles = {
  aiecs: 'AgentStream',
  'ag-ui': 'AG-UI',
  'ui-message-stream': 'AI SDK',
  a2a: 'A2A 0.3',
  'a2a-v1': 'A2A 1.0',
  agentor: 'Agentor',
  agenticraft: 'AgentiCraft',
  auto: 'find out',
} as const

export const carrierTitles = {
  fetch: 'fetch',
  socket: 'WebSocket',
  page: 'no network: a server in this page',
} as const

export type Words = keyof typeof wordsTitles
export type Carrier = keyof typeof carrierTitles

export interface Line {
  readonly words: Words
  readonly carrier: Carrier
}

export const usualLine: Line = { words: 'aiecs', carrier: 'fetch' }

/** Sockets carry our own words only. */
export function isPossible({ words, carrier }: Line): boolean {
  return carrier !== 'socket' || words === 'aiecs'
}

export const isUsual = ({ words, carrier }: Line): boolean => words === usualLine.words && carrier === usualLine.carrier

/** For a sentence, or beside a label. */
export function nameOf({ words, carrier }: Line): string {
  const short = carrier === 'page' ? 'in this page' : `over ${carrierTitles[carrier]}`
  return `${words === 'auto' ? 'whatever comes' : wordsTitles[words]} ${short}`
}

/** Faults are asked for within our own request, and what carries it has to look there: undefined where it cannot. */
export function faultOn({ words, carrier }: Line, fault: string): string | undefined {
  return words === 'aiecs' && carrier !== 'socket' ? fault : undefined
}
