import type { AgentClient, RunOptions, StreamOptions } from './client.ts'
import { type RunInput, taskOf } from './input.ts'
import type { AgentRun } from './run/agent-run.ts'
import type { ModelParameters } from './wire/agent.ts'
import type { AgentEvent } from './wire/events/vocabulary.ts'
import { randomId } from './wire/random-id.ts'

/** Whose conversation it is, and which. */
export interface SessionOptions {
  /** The agent's name on the server; its default agent when absent. */
  readonly agent?: string | undefined
  /** The conversation to go on with. A new one when absent, as hard to guess as a run. */
  readonly id?: string | undefined
  readonly parameters?: ModelParameters | undefined
}

/** One conversation: the server keeps what was said, and only the new message travels. */
export interface AgentSession {
  readonly id: string
  /** The turns so far, oldest first. They keep their text and their state, however their runs ended. */
  readonly runs: readonly AgentRun[]
  /** The next turn, as `AgentClient.run`. A conversation answers one message at a time: another gets HttpError 409. */
  run(input: RunInput, options?: Omit<RunOptions, 'agent'>): AgentRun
  /** The next turn, as `AgentClient.stream`; it is not kept among the runs. */
  stream(input: RunInput, options?: Omit<StreamOptions, 'agent'>): AsyncIterable<AgentEvent>
}

/** A conversation with an agent of our server, for people without React. It holds no connection. */
export function createAgentSession(client: AgentClient, options: SessionOptions = {}): AgentSession {
  const { agent, id = randomId(), parameters } = options
  const runs: AgentRun[] = []
  return {
    id,
    runs,
    run(input, more) {
      const run = client.run({ ...taskOf(input), sessionId: id }, { agent, parameters, ...more })
      runs.push(run)
      return run
    },
    stream: (input, more) => client.stream({ ...taskOf(input), sessionId: id }, { agent, parameters, ...more }),
  }
}
