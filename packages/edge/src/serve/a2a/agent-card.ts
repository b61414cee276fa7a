import type { Agent } from '../../agents/agent.ts'

/** What the agent tells other agents about itself, where it is to differ from what it says of itself anyway. */
export interface AgentCardOptions {
  readonly name?: string
  readonly description?: string
  /** Of the agent; `1.0.0` unless told. */
  readonly version?: string
  /** Where the agent is called; the address of the card, with `/a2a`, unless told. Needed behind a proxy that changes addresses. */
  readonly url?: string
  readonly provider?: { readonly organization: string; readonly url: string }
  readonly documentationUrl?: string
  readonly iconUrl?: string
  /** Its tools unless told. */
  readonly skills?: readonly AgentSkill[]
}

/** Something the agent can do, in the words of an A2A card. */
export interface AgentSkill {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly examples?: readonly string[]
}

const json = { protocolBinding: 'JSONRPC' } as const

/** One card for readers of 1.0, who look for `supportedInterfaces`, and of 0.3, who look for `url`. Never the agent's instructions. */
export function agentCard({ info }: Agent, options: AgentCardOptions & { readonly url: string }): object {
  const { name = info.name, description = info.description ?? info.name, version = '1.0.0', url, skills, ...rest } = options
  return {
    protocolVersion: '0.3.0',
    name,
    description,
    version,
    url,
    preferredTransport: 'JSONRPC',
    supportedInterfaces: [
      { url, ...json, protocolVersion: '1.0' },
      { url, ...json, protocolVersion: '0.3' },
    ],
    capabilities: { streaming: true, pushNotifications: false, stateTransitionHistory: false, extendedAgentCard: false },
    supportsAuthenticatedExtendedCard: false,
    defaultInputModes: ['text/plain', 'application/json', 'image/*'],
    defaultOutputModes: ['text/plain', 'application/json'],
    skills: skills ?? info.tools.map((tool) => ({ id: tool.name, name: tool.name, description: tool.description, tags: ['tool'] })),
    ...rest,
  }
}
