/** A run in the page's address, so that a page that is loaded anew, or another tab, finds it: `#assistant/<run id>?asked=…`. */
import { type AgentName, agentNames } from './agents.ts'

export interface RunAddress {
  readonly agent: AgentName
  readonly runId: string
  /** What was asked, for display; the server is asked for everything else. */
  readonly asked: string
}

export function formatRunAddress({ agent, runId, asked }: RunAddress): string {
  return `#${agent}/${runId}?asked=${encodeURIComponent(asked)}`
}

/** Undefined for any address that names no run. */
export function parseRunAddress(hash: string): RunAddress | undefined {
  const [, name, runId, asked = ''] = /^#([a-z]+)\/([\w-]{1,128})(?:\?asked=(.*))?$/.exec(hash) ?? []
  const agent = agentNames.find((one) => one === name)
  if (agent === undefined || runId === undefined) return undefined
  try {
    return { agent, runId, asked: decodeURIComponent(asked).slice(0, 4000) }
  } catch {
    return undefined // Not an address of ours.
  }
}
