import type { Agent } from '@agentstream/edge'

/** An agent around another one: it says what a berth costs, and then all that the other says. */
export function withTariff(agent: Agent, tariffOf: (port: unknown) => Promise<number>): Agent {
  return {
    ...agent,
    async *run(task, context) {
      yield { type: 'custom', name: 'tariff', data: { euros: await tariffOf(task.context?.['port']) } }
      yield* agent.run(task, context)
    },
  }
}
