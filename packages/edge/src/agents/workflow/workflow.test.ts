import { describe, expect, expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import { WorkflowError, type WorkflowProblem } from '../../errors.ts'
import { defineTool } from '../../tools/tool.ts'
import { createWorkflowAgent, executeWorkflow } from '../workflow-agent.ts'
import type { WorkflowParts } from './plan.ts'
import type { StepOptions } from './step.ts'
import { toMermaid } from './to-mermaid.ts'
import { createWorkflow, type Workflow } from './workflow.ts'

const nothing = (): void => {}
function build(steps: readonly StepOptions[], parts: WorkflowParts = {}): void {
  let workflow: Workflow = createWorkflow('w')
  for (const step of steps) workflow = workflow.step(step)
  createWorkflowAgent({ name: 'w', workflow, ...parts })
}

test.each<[string, WorkflowProblem, string | undefined, () => unknown]>([
  // A step as it may come from a file: what its author called an option is not known here.
  ['an unknown option', 'option_unknown', 'a', () => build([{ name: 'a', handler: nothing, ...JSON.parse('{"retry":1}') }])],
  ['an unknown option of backoff', 'option_unknown', 'a', () => build([{ name: 'a', handler: nothing, backoff: JSON.parse('{"ms":1}') }])],
  ['an unknown option of the workflow', 'option_unknown', undefined, () => createWorkflow('w', JSON.parse('{"strict":true}'))],
  ['an empty name', 'option_invalid', '', () => build([{ name: '', handler: nothing }])],
  ['a negative count of retries', 'option_invalid', 'a', () => build([{ name: 'a', handler: nothing, retries: -1 }])],
  ['half a retry', 'option_invalid', 'a', () => build([{ name: 'a', handler: nothing, retries: 0.5 }])],
  ['no time at all', 'option_invalid', 'a', () => build([{ name: 'a', handler: nothing, timeoutMs: 0 }])],
  ['a condition that is no comparison', 'option_invalid', 'a', () => build([{ name: 'a', handler: nothing, condition: 'wind > 30' }])],
  ['a handler and a tool', 'option_invalid', 'a', () => build([{ name: 'a', handler: nothing, tool: 't' }])],
  [
    'two steps of one name',
    'name_taken',
    'a',
    () =>
      build([
        { name: 'a', handler: nothing },
        { name: 'a', handler: nothing },
      ]),
  ],
  ['nothing to do', 'nothing_to_do', 'a', () => build([{ name: 'a' }])],
  ['an action without an agent', 'agent_unknown', 'a', () => build([{ name: 'a', action: 'Sail' }])],
  ['an unknown agent', 'agent_unknown', 'a', () => build([{ name: 'a', agent: 'nobody' }])],
  ['an unknown tool', 'tool_unknown', 'a', () => build([{ name: 'a', tool: 'constructor' }])],
  ['an unknown handler', 'handler_unknown', 'a', () => build([{ name: 'a', handler: 'constructor' }], { handlers: {} })],
  ['an unknown dependency', 'dependency_unknown', 'a', () => build([{ name: 'a', handler: nothing, dependsOn: ['zz'] }])],
  ['a step that waits for itself', 'cycle', 'a', () => build([{ name: 'a', handler: nothing, dependsOn: ['a'] }])],
])('%s is refused before anything runs', (_name, problem, step, act) => {
  expect(act).toThrow(expect.objectContaining({ name: 'WorkflowError', code: 'workflow', problem, step }))
})

test('a circle is named, without the steps that only lead to it', () => {
  const steps = [
    { name: 'first', dependsOn: ['a'] },
    { name: 'a', dependsOn: ['b'] },
    { name: 'b', dependsOn: ['c'] },
    { name: 'c', dependsOn: ['a'] },
  ]
  expect(() => build(steps.map((step) => ({ ...step, handler: nothing })))).toThrow('a → b → c → a')
})

test('steps may be defined before those they depend on', async () => {
  const order: string[] = []
  const handler = ({ name }: { name: string }) => order.push(name)
  const workflow: Workflow = createWorkflow('w')
  await executeWorkflow(workflow.step({ name: 'b', dependsOn: ['a'], handler }).step({ name: 'a', handler }))
  expect(order).toEqual(['a', 'b'])
})

test('adding a step makes another workflow and leaves this one as it is', () => {
  const one = createWorkflow('w').step({ name: 'a', handler: nothing })
  const [two, three] = [one.step({ name: 'b', handler: nothing }), one.step({ name: 'b', handler: nothing })]
  expect([one, two, three].map(({ steps }) => steps.length)).toEqual([1, 2, 2])
})

test('two agents of one name are refused', () => {
  const workflow = createWorkflow('w').step({ name: 'a', handler: nothing })
  const agent = createWorkflowAgent({ name: 'same', workflow })
  expect(() => createWorkflowAgent({ name: 'w', workflow, agents: [agent, agent] })).toThrow(WorkflowError)
})

test('an agent tells about itself, with every tool its steps may call', () => {
  const tool = (name: string) => defineTool({ name, description: `The ${name}.`, parameters: z.object({}), execute: nothing })
  const workflow = createWorkflow('w', { description: 'Sails.' })
    .step({ name: 'a', tool: 'tide' })
    .step({ name: 'b', tool: tool('wind') })
  expect(createWorkflowAgent({ name: 'captain', workflow, tools: [tool('tide')] }).info).toEqual({
    name: 'captain',
    description: 'Sails.',
    tools: [
      { name: 'tide', description: 'The tide.' },
      { name: 'wind', description: 'The wind.' },
    ],
    supportsStreaming: true,
  })
})

test('what a step depends on is typed in its context', () => {
  createWorkflow('w')
    .step({ name: 'port', handler: async () => ({ name: 'Brest' }) })
    .step({
      name: 'tides',
      async *handler() {
        yield 'Looking.'
        return [4.2]
      },
    })
    .step({
      name: 'words',
      async *handler() {
        yield 'Some words.'
      },
    })
    .step({
      name: 'use',
      dependsOn: ['port', 'tides'],
      handler(step, context) {
        expectTypeOf(context.port_result).toEqualTypeOf<{ name: string }>()
        expectTypeOf(context.tides_result).toEqualTypeOf<number[]>()
        expectTypeOf(context.words_result).toEqualTypeOf<string | undefined>()
        expectTypeOf(context['anything']).toEqualTypeOf<unknown>()
        return step.attempt
      },
    })
    .step({
      name: 'either',
      dependsOn: ['use'],
      afterSkipped: 'run',
      condition: (context) => context.use_result !== 3,
      handler(_, context) {
        expectTypeOf(context.use_result).toEqualTypeOf<number | undefined>()
      },
    })
    // @ts-expect-error: there is no such step
    .step({ name: 'lost', dependsOn: ['nowhere'], handler: nothing })
})

describe('a drawing', () => {
  const workflow = createWorkflow('w')
    .step({ name: 'load', handler: nothing })
    .step({ name: 'sail', dependsOn: ['load'], condition: 'mode == calm', handler: nothing })
    .step({ name: 'wait', dependsOn: ['load'], handler: nothing })

  test('has a box per step and an arrow per dependency', () => {
    expect(toMermaid(workflow)).toBe('flowchart TD\n  step0["load"]\n  step1{{"sail"}}\n  step2["wait"]\n  step0 --> step1\n  step0 --> step2')
  })

  test('shows how far a run is, from its result or from the state of a client', async () => {
    const { steps } = await executeWorkflow(workflow, { context: { mode: 'storm' } })
    expect(toMermaid(workflow, steps)).toMatch(/"load"\]:::completed\n.*"sail"\}\}:::skipped\n.*"wait"\]:::completed\n/)
    const state = [
      { name: 'load', status: 'done' },
      { name: 'sail', status: 'abandoned' },
    ]
    expect(toMermaid(workflow, state)).toMatch(/"load"\]:::completed\n.*"sail"\}\}:::cancelled\n.*"wait"\]:::pending\n/)
    expect(toMermaid(workflow, [{ name: 'load', status: 'constructor' }])).toContain('"load"]:::pending')
  })

  test('a name cannot break out of its box', () => {
    const drawing = toMermaid(createWorkflow('w').step({ name: '"]\nclick step0 call(x) <b>', handler: nothing }))
    expect(drawing.split('\n')).toHaveLength(2)
    expect(drawing).toContain('["#34;#93; click step0 call#40;x#41; #60;b#62;"]')
  })
})
