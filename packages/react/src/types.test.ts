import { type AgentRun, type AgentStreamError, createAgentClient, type RunState, type RunStatus, type TokenUsage, type ToolPart } from '@agentstream/client'
import { QueryClient, usePrefetchQuery, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { expectTypeOf, test } from 'vitest'
import { type AgentStream, runQueryOptions, shallowEqual, type TaskStream, useRun } from './index.ts'

// Checked by the compiler; nothing of it is called.
type Uses = (run: AgentRun | undefined) => void

test('useRun infers what the selector gives', () => {
  const uses: Uses = (run) => {
    expectTypeOf(useRun(run)).toEqualTypeOf<RunState>()
    expectTypeOf(useRun(run, (state) => state.status === 'completed')).toEqualTypeOf<boolean>()
    expectTypeOf(useRun(run, (state) => state.main.parts.filter((part) => part.kind === 'tool'))).toEqualTypeOf<ToolPart[]>()
    expectTypeOf(useRun(run, ({ status, usage }) => ({ status, usage }), shallowEqual)).toEqualTypeOf<{ status: RunStatus; usage: TokenUsage | undefined }>()
    const equalNumbers = (a: number, b: number): boolean => a === b
    // @ts-expect-error an equality of something else than what is selected
    useRun(run, (state) => state.id, equalNumbers)
  }
  expectTypeOf(uses).toBeFunction()
})

test('the cache knows what a run query holds', () => {
  const queryClient = new QueryClient()
  const { queryKey } = runQueryOptions(createAgentClient({ url: 'https://agents.test' }), 'a task')
  expectTypeOf(queryClient.getQueryData(queryKey)).toEqualTypeOf<AgentRun | undefined>()
})

test('what suspends, or starts a run before it shows, takes the query of a task that is there', () => {
  const client = createAgentClient({ url: 'https://agents.test' })
  const uses = (task: string, maybe: string | undefined): void => {
    expectTypeOf(useSuspenseQuery(runQueryOptions(client, task)).data).toEqualTypeOf<AgentRun>()
    usePrefetchQuery(runQueryOptions(client, task, { agent: 'a' }))
    expectTypeOf(useQuery(runQueryOptions(client, maybe)).data).toEqualTypeOf<AgentRun | undefined>()
    // @ts-expect-error there may be nothing to wait for
    useSuspenseQuery(runQueryOptions(client, maybe))
  }
  expectTypeOf(uses).toBeFunction()
})

test('both streams tell of their run in the same words', () => {
  expectTypeOf<AgentStream['error']>().toEqualTypeOf<AgentStreamError | undefined>()
  expectTypeOf<Pick<TaskStream, 'run' | 'text' | 'status' | 'state' | 'isStreaming'>>().toEqualTypeOf<
    Pick<AgentStream, 'run' | 'text' | 'status' | 'state' | 'isStreaming'>
  >()
})

test('what a button calls needs no function around it', () => {
  type Click = (event: MouseEvent) => void
  expectTypeOf<AgentStream['regenerate']>().toExtend<Click>()
  expectTypeOf<AgentStream['stop']>().toExtend<Click>()
  expectTypeOf<AgentStream['reset']>().toExtend<Click>()
  expectTypeOf<TaskStream['restart']>().toExtend<Click>()
})
