import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import { agentOf, context, forEver, run, story } from '../../test/workflow-play.ts'
import { createWorkflow, type Workflow } from './workflow/workflow.ts'
import { executeWorkflow } from './workflow-agent.ts'

test('a run tells what every step does, and what came of it', async () => {
  const workflow = createWorkflow('voyage')
    .step({
      name: 'load',
      async *handler({ task }) {
        yield 'Loading '
        yield task.description
        return { crates: 3 }
      },
    })
    .step({ name: 'sail', dependsOn: ['load'], handler: (_, { load_result }) => `sailed with ${load_result.crates}` })
  const events = await run(agentOf(workflow), { description: 'rum' })
  expect(story(events)).toEqual([
    'started',
    'step_started load',
    'token load Loading ',
    'token load rum',
    'step_completed load true',
    'step_started sail',
    'step_completed sail true',
    'result true',
    'completed true',
  ])
  expect(events.at(-2)).toEqual({
    type: 'result',
    timestamp: '1970-01-01T00:00:00.000Z',
    success: true,
    reason: null,
    execution_time: 0,
    output: 'sailed with 3',
    workflow_id: 'voyage',
    workflow_name: 'voyage',
    step_results: {
      load: { name: 'load', status: 'completed', result: { crates: 3 }, error: null, attempts: 1, duration: 0 },
      sail: { name: 'sail', status: 'completed', result: 'sailed with 3', error: null, attempts: 1, duration: 0 },
    },
  })
  expect(events.every((event) => event.timestamp === '1970-01-01T00:00:00.000Z')).toBe(true)
})

test('progress is told whenever it changed', async () => {
  const workflow = createWorkflow('w')
    .step({ name: 'a', handler: () => 1 })
    .step({ name: 'b', dependsOn: ['a'], condition: () => false, handler: () => 2 })
  const told = (await run(agentOf(workflow))).flatMap((event) => (event.type === 'custom' && event.name === 'workflow_progress' ? [event.data] : []))
  expect(told).toMatchObject([
    { overall_status: 'running', steps_total: 2, steps_completed: 0, steps_failed: 0, current_steps: ['a'] },
    { overall_status: 'running', steps_total: 2, steps_completed: 2, steps_failed: 0, current_steps: [] },
    { overall_status: 'completed', completed: true, duration: 0 },
  ])
})

describe('the context', () => {
  test("starts as the task's, and the task's stays as it is", async () => {
    const task = { description: 'x', context: { list: [1] } }
    const workflow = createWorkflow('w').step({
      name: 'a',
      handler(_, given) {
        Object.assign(given, { more: 1 })
        if (Array.isArray(given['list'])) given['list'].push(2)
        return given['list']
      },
    })
    expect((await run(agentOf(workflow), task)).at(-2)).toMatchObject({ output: [1, 2] })
    expect(task.context).toEqual({ list: [1] })
  })

  test('given to a run stays as it is', async () => {
    const given = { a_params: 1 }
    const workflow = createWorkflow('w').step({ name: 'a', handler: () => 2 })
    expect((await executeWorkflow(workflow, { context: given })).context).toEqual({ a_params: 1, a_result: 2 })
    expect(given).toEqual({ a_params: 1 })
  })

  test('gives a step its parameters, and keeps a result its handler stored', async () => {
    const result = await executeWorkflow(
      createWorkflow('w').step({
        name: 'calc',
        handler({ params }, given) {
          given['calc_result'] = Number(params['left']) + 1
          return 'shown as text'
        },
      }),
      { context: { calc_params: { left: 1 } } },
    )
    expect(result.context).toMatchObject({ calc_result: 2 })
    expect(result.output).toBe('shown as text')
  })

  test('a result of an earlier run or attempt is no value the handler stored', async () => {
    const workflow = createWorkflow('w').step({
      name: 'a',
      retries: 1,
      backoff: { firstDelayMs: 0 },
      handler({ attempt }, given) {
        if (attempt > 1) return 'new'
        given['a_result'] = 'half'
        throw new Error('again')
      },
    })
    expect((await executeWorkflow(workflow, { context: { a_result: 'old' } })).context).toEqual({ a_result: 'new' })
  })

  test('values that JSON cannot carry pass between steps, and are told as such in the end', async () => {
    const workflow = createWorkflow('w')
      .step({
        name: 'a',
        handler() {
          const self: Record<string, unknown> = {}
          self['self'] = self
          return self
        },
      })
      .step({ name: 'b', dependsOn: ['a'], handler: (_, given) => given.a_result['self'] === given.a_result })
    const result = (await run(agentOf(workflow))).at(-2)
    expect(result).toMatchObject({
      output: true,
      step_results: { a: { status: 'completed', result: null, error: null, result_problem: 'The result refers to itself' } },
    })
  })
})

describe('aborting', () => {
  test.each<[string, Workflow]>([
    ['a handler that does not listen', createWorkflow('w').step({ name: 'a', handler: forEver })],
    [
      'a generator that does not listen',
      createWorkflow('w').step({
        name: 'a',
        async *handler() {
          await forEver()
          yield ''
        },
      }),
    ],
  ])('ends a run at once with %s', async (_name, workflow) => {
    const controller = new AbortController()
    const events: AgentEvent[] = []
    for await (const event of agentOf(workflow).run({ description: 'x' }, context({ signal: controller.signal }))) {
      events.push(event)
      if (event.type === 'step_started') controller.abort()
    }
    expect(story(events)).toEqual(['started', 'step_started a'])
  })

  test('before the start runs nothing', async () => {
    let calls = 0
    const workflow = createWorkflow('w').step({ name: 'a', handler: () => calls++ })
    expect(await run(agentOf(workflow), { description: 'x' }, context({ signal: AbortSignal.abort() }))).toEqual([])
    expect(await executeWorkflow(workflow, { signal: AbortSignal.abort() })).toMatchObject({ status: 'cancelled', steps: [{ status: 'pending' }] })
    expect(calls).toBe(0)
  })

  test('leaving early aborts what runs, and returns its generators', async () => {
    const seen: string[] = []
    const workflow = createWorkflow('w')
      .step({ name: 'a', handler: ({ signal }) => new Promise((end) => signal.addEventListener('abort', () => end(seen.push('aborted')))) })
      .step({
        name: 'b',
        async *handler() {
          try {
            for (;;) yield 'x'
          } finally {
            seen.push('returned')
          }
        },
      })
    for await (const event of agentOf(workflow).run({ description: 'x' }, context())) if (event.type === 'token') break
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(['aborted', 'returned']))
  })
})

test('50 runs at once of one workflow, twice, do not disturb each other', async () => {
  const workflow = createWorkflow('w')
    .step({
      name: 'a',
      async *handler({ task }, given) {
        yield task.description
        given['seen'] = task.description
        if (task.description === '13') throw new Error('unlucky')
        return Number(task.description)
      },
    })
    .step({ name: 'b', dependsOn: ['a'], handler: (_, given) => [given.a_result, given['seen']] })
  const agent = agentOf(workflow)
  for (let round = 0; round < 2; round++) {
    const runs = await Promise.all(Array.from({ length: 50 }, (_, number) => run(agent, { description: `${number}` })))
    runs.forEach((events, number) => {
      if (number === 13) expect(events.at(-2)).toMatchObject({ success: false, error: 'Step "a" failed: unlucky' })
      else expect(events.at(-2)).toMatchObject({ success: true, output: [number, `${number}`] })
      expect(story(events).filter((line) => line.startsWith('token'))).toEqual([`token a ${number}`])
    })
  }
})
