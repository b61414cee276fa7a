// What becomes of the request to a model when its run is stopped, and when it is only left. Over real HTTP, for every provider.
import { type AgentClient, type AgentRun, createAgentClient } from '@agentstream/client'
import { providerNames } from './model-agents.ts'
import type { ModelCall } from './model-server.ts'
import { type Case, expectEqual, type Place } from './place.ts'

/** A place whose agents reach a model server. */
export interface ModelPlace extends Place {
  readonly models: string
}

const clientAt = ({ url, fetch }: ModelPlace): AgentClient => createAgentClient({ url: `${url}/models`, ...(fetch ? { fetch } : {}) })

/** The last call of a provider, once it is as wanted. */
async function callOf({ models }: ModelPlace, provider: string, isSettled: (call: ModelCall) => boolean): Promise<ModelCall | undefined> {
  for (let attempt = 0; ; attempt++) {
    const calls: ModelCall[] = await (await fetch(models)).json()
    const last = calls.findLast(({ path }) => path.startsWith(`/${provider}/`))
    if ((last && isSettled(last)) || attempt === 100) return last
    await new Promise((done) => setTimeout(done, 20))
  }
}

async function talking(place: ModelPlace, agent: string): Promise<AgentRun> {
  const run = clientAt(place).run({ description: 'talk', context: { model_url: place.models } }, { agent })
  for await (const { type } of run) if (type === 'token') break
  return run
}

/** Stops the run and says whether the model was left within a second. */
async function stop(place: ModelPlace, agent: string, cancel: () => ReturnType<AgentRun['cancel']>): Promise<void> {
  const stoppedAt = Date.now()
  expectEqual(await cancel(), { outcome: 'cancelled' })
  const { leftAt = Number.POSITIVE_INFINITY } = (await callOf(place, agent, ({ leftAt }) => leftAt !== undefined)) ?? {}
  expectEqual(leftAt - stoppedAt < 1000, true)
}

interface ModelCase extends Omit<Case, 'run'> {
  run(place: ModelPlace): Promise<void>
}

export const modelCases: readonly ModelCase[] = providerNames.flatMap((agent) => [
  {
    name: `${agent}: cancelling reaches the model within a second`,
    async run(place) {
      const run = await talking(place, agent)
      await stop(place, agent, () => run.cancel())
      expectEqual((await run.result()).status, 'cancelled')
    },
  },
  {
    name: `${agent}: who only stops watching leaves the model at work`,
    async run(place) {
      const run = await talking(place, agent)
      run.detach()
      const before = (await callOf(place, agent, () => true))?.pieces ?? 0
      const later = await callOf(place, agent, ({ pieces, leftAt }) => pieces >= before + 20 || leftAt !== undefined)
      expectEqual([(later?.pieces ?? 0) >= before + 20, later?.leftAt], [true, undefined])
      await stop(place, agent, () => clientAt(place).cancel(run.id))
    },
  },
])
