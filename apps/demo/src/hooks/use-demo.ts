/** What the demo's own server tells beside the SDK's routes. Asked for once. */
import { useQuery } from '@tanstack/react-query'
import { type Breakage, isBreakage } from '../model/breakages.ts'
import type { OpenLine } from '../model/demo-client.ts'
import { fetchJson } from '../model/fetch-json.ts'
import { isRecord, textIn } from '../model/unknown.ts'
import type { PlannedStep } from '../model/workflow-stages.ts'

export interface ProviderChoice {
  readonly agent: string
  readonly name: string
  readonly model: string
}

const once = { staleTime: Number.POSITIVE_INFINITY } as const
const none: readonly never[] = []

/** Models the assistant may use; the first is what it uses unless told otherwise. Empty until it is known. */
export function useProviders(): readonly ProviderChoice[] {
  const { data } = useQuery({
    queryKey: ['providers'],
    queryFn: async ({ signal }) =>
      listOf(await fetchJson('/api/demo/providers', { signal })).map((one) => ({
        agent: textIn(one, 'agent'),
        name: textIn(one, 'name'),
        model: textIn(one, 'model'),
      })),
    ...once,
  })
  return data ?? none
}

/** The steps of the agent `workflow`, before and while they run. Empty for other agents, and until it is known. */
export function useWorkflowPlan(isWanted: boolean): readonly PlannedStep[] {
  const { data } = useQuery({
    queryKey: ['workflow plan'],
    queryFn: async ({ signal }) => listOf(await fetchJson('/api/demo/workflow', { signal })).map(toStep),
    enabled: isWanted,
    ...once,
  })
  return data ?? none
}

function toStep(one: Readonly<Record<string, unknown>>): PlannedStep {
  const { dependsOn, tool } = one
  return {
    name: textIn(one, 'name'),
    description: textIn(one, 'description'),
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
    tool: typeof tool === 'string' ? tool : undefined,
  }
}

function listOf(answer: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(answer)) throw new TypeError('The server did not answer with a list')
  return answer.filter(isRecord)
}

/** What the server at the other end of a line can break on request. Empty until it is known. */
export function useBreakages({ carrier, ask }: OpenLine): readonly Breakage[] {
  const { data } = useQuery({
    queryKey: ['breakages', carrier === 'page'],
    queryFn: async ({ signal }) => {
      const answer = await fetchJson('/api/demo/breakages', { signal, ask })
      return Array.isArray(answer) ? answer.filter(isBreakage) : []
    },
    ...once,
  })
  return data ?? none
}
