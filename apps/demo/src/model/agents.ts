/** The agents a visitor can choose, in the order they stand in the header. */
export type AgentName = 'assistant' | 'dawp' | 'workflow' | 'transcripts'

export const agentNames: readonly AgentName[] = ['assistant', 'dawp', 'workflow', 'transcripts']

export const agentTitles: Readonly<Record<AgentName, string>> = {
  assistant: 'Assistant',
  dawp: 'DAWP',
  workflow: 'Workflow',
  transcripts: 'Recordings',
}
