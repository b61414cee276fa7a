import type { AgentEvent } from '@agentstream/client/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { executeWorkflow } from '../workflow-agent.ts'
import { createWorkflow, type Workflow } from './workflow.ts'

interface Drawn {
  readonly needs: readonly number[]
  readonly turns: number
  readonly parallel: boolean
}

/** Any graph without a circle: steps depend on earlier ones of a list, and are defined in any other order. */
const graphs = fc
  .array(fc.record({ needs: fc.array(fc.nat()), turns: fc.nat(4), parallel: fc.boolean() }), { minLength: 1, maxLength: 15 })
  .map((steps): Drawn[] => steps.map((step, index) => ({ ...step, needs: index === 0 ? [] : [...new Set(step.needs.map((need) => need % index))] })))
  .chain((steps) => fc.tuple(fc.constant(steps), fc.shuffledSubarray([...steps.keys()], { minLength: steps.length }), fc.integer({ min: 1, max: 4 })))

test('every step of any graph runs exactly once, after all it depends on', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async ([steps, order, maxParallel]) => {
      let workflow: Workflow = createWorkflow('any')
      const log: string[] = []
      let running = 0
      for (const index of order) {
        const { needs, turns, parallel } = steps[index] ?? { needs: [], turns: 0, parallel: true }
        workflow = workflow.step({
          name: `${index}`,
          parallel,
          dependsOn: needs.map(String),
          async handler(_, context) {
            expect(++running).toBeLessThanOrEqual(parallel ? maxParallel : 1)
            for (const need of needs) expect(context[`${need}_result`]).toBe(need)
            for (let turn = 0; turn < turns; turn++) await Promise.resolve()
            log.push(`${index}`)
            running--
            return index
          },
        })
      }
      const events: AgentEvent[] = []
      const result = await executeWorkflow(workflow, { maxParallel, onEvent: (event) => events.push(event) })
      expect(result.status).toBe('completed')
      expect(log.toSorted()).toEqual(order.map(String).toSorted())
      for (const type of ['step_started', 'step_completed']) {
        const names = events.filter((event) => event.type === type).map((event) => event['step_name'])
        expect(names.toSorted()).toEqual(log.toSorted())
      }
      const at = (type: string, index: number) => events.findIndex((event) => event.type === type && event['step_name'] === `${index}`)
      steps.forEach(({ needs }, index) => {
        for (const need of needs) expect(at('step_completed', need)).toBeLessThan(at('step_started', index))
      })
    }),
  )
})

test('what cannot run any more never keeps a run from ending', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.array(fc.constantFrom('fails', 'skipped', 'works', 'works')), async ([steps, order, maxParallel], fates) => {
      let workflow: Workflow = createWorkflow('any', { onFailure: 'continue' })
      for (const index of order) {
        workflow = workflow.step({
          name: `${index}`,
          dependsOn: (steps[index]?.needs ?? []).map(String),
          condition: () => fates[index] !== 'skipped',
          handler: () => (fates[index] === 'fails' ? Promise.reject(new Error('reef')) : index),
        })
      }
      const { steps: results } = await executeWorkflow(workflow, { maxParallel })
      const statusOf = new Map(results.map(({ name, status }) => [Number(name), status]))
      steps.forEach(({ needs }, index) => {
        const isBlocked = needs.some((need) => statusOf.get(need) !== 'completed')
        const own = { fails: 'failed', skipped: 'skipped', works: 'completed' }[fates[index] ?? 'works']
        expect(statusOf.get(index)).toBe(isBlocked ? 'skipped' : own)
      })
    }),
  )
})
