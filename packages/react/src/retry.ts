import type { AgentStreamError } from '@agentstream/client'

/** Whether a question is asked once more. */
export function whereItHelps(failures: number, { retryable }: AgentStreamError): boolean {
  return retryable && failures < 3
}
