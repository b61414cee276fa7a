/** Enters: in whose words, and over what, the page wants to talk. Leaves: a client that does, and the way to the same server's own routes. */
import { type AgentClient, createAgentClient, fetchTransport, inProcessTransport, randomId, socketTransport, type Transport } from '@agentstream/client'
import { type Ask, fetchJson } from './fetch-json.ts'
import type { ForeignWords } from './foreign-words.ts'
import { type Carrier, type Line, usualLine } from './line.ts'
import { isRecord, textIn } from './unknown.ts'

export interface OpenLine extends Line {
  readonly client: AgentClient
  /** Asks the server that this line leads to. */
  readonly ask: Ask
  /** Whether a run can be found again by its id: by this page when it is loaded anew, and by others. */
  readonly isAddressable: boolean
  /** What it cannot do; undefined for our own words. */
  readonly shortcomings: string | undefined
}

/** What everybody talks over unless they choose. */
export const openUsual: OpenLine = ourOwn(usualLine, { transport: fetchTransport(), ask: (request) => fetch(request) })

export async function openLine(line: Line): Promise<OpenLine> {
  const way = await wayOf(line.carrier)
  if (line.words === 'aiecs') return ourOwn(line, way)
  const { foreignWords, lossesInWords } = await import('./foreign-words.ts')
  const words = foreignWords[line.words]
  if (words.endpoint === undefined) return { ...ourOwn(line, way, words), shortcomings: foundOut }
  return {
    ...ourOwn(line, way),
    client: speaking(words, way),
    isAddressable: false,
    shortcomings: `${words.losses ? lossesInWords(words.losses) : ''} There is no digest, and a stream that breaks stays broken.`,
  }
}

const foundOut = 'The first bytes tell who speaks. Here they are our own words, so nothing is lost.'

interface Way {
  readonly transport: Transport
  readonly ask: Ask
}

async function wayOf(carrier: Carrier): Promise<Way> {
  if (carrier !== 'page') return { transport: carrier === 'socket' ? socketTransport() : fetchTransport(), ask: openUsual.ask }
  const { serverInPage } = await import('./server-in-page.ts')
  return { transport: inProcessTransport(serverInPage), ask: serverInPage }
}

/** It asks for a token per attempt, as one that expires wants, and gives silence six seconds. */
function ourOwn(line: Line, way: Way, words?: ForeignWords): OpenLine {
  const client = createAgentClient({ url: '/api', ...settings(way), ...(words ? { protocol: words.protocol } : {}) })
  return { ...line, client, ask: way.ask, isAddressable: line.carrier !== 'page', shortcomings: undefined }
}

function settings({ transport, ask }: Way, more: Readonly<Record<string, string>> = {}) {
  return { transport, idleTimeoutMs: 6000, headers: async () => ({ authorization: `Bearer ${await newToken(ask)}`, ...more }) }
}

/** Each agent has its own endpoint, and clients hold nothing: each run gets one, that names it to whoever breaks it. */
function speaking({ protocol, endpoint }: ForeignWords, way: Way): AgentClient {
  const clientFor = (agent = 'default', runId: string): AgentClient =>
    createAgentClient({ url: `/api/agents/${agent}${endpoint}`, protocol, ...settings(way, { 'demo-run': runId }) })
  return {
    ...openUsual.client,
    run(input, { runId = randomId(), ...options } = {}) {
      return clientFor(options.agent, runId).run(input, { ...options, runId })
    },
    stream(input, { runId = randomId(), ...options } = {}) {
      return clientFor(options.agent, runId).stream(input, { ...options, runId })
    },
  }
}

async function newToken(ask: Ask): Promise<string> {
  const answer = await fetchJson('/api/demo/token', { ask })
  return isRecord(answer) ? textIn(answer, 'token') : ''
}
