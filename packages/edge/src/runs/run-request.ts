import { isObject } from '@agentstream/client/wire'
import type { RunContext, Task } from '../agents/agent.ts'

/** What a run was asked to do, as the journal keeps it for whoever takes the run up again. */
export interface RunRequest {
  readonly runId: string
  readonly agentName: string
  readonly task: Task
  readonly parameters?: RunContext['parameters']
  readonly sessionKey?: string | undefined
}

export function encodeRequest({ runId, agentName, task, parameters, sessionKey }: RunRequest): string {
  return JSON.stringify({ runId, agentName, task, parameters, sessionKey })
}

/** Undefined for what this version did not write. */
export function parseRequest(text: string | undefined): RunRequest | undefined {
  const value: unknown = text === undefined ? undefined : JSON.parse(text)
  if (!isObject(value) || typeof value['runId'] !== 'string' || typeof value['agentName'] !== 'string' || !isObject(value['task'])) return undefined
  // Only the function above writes it, and what it is given was parsed where it came in.
  return value as unknown as RunRequest
}
