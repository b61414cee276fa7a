import { createLLMAgent, createWorkflow, createWorkflowAgent, defineTool } from '@agentstream/edge'
import { scriptedProvider } from '@agentstream/edge/testing'
import * as z from 'zod'

const tide = defineTool({
  name: 'tide',
  description: 'High tide at a port.',
  parameters: z.object({ port: z.string() }),
  execute: ({ port }) => ({ port, metres: 4.2 }),
})
const writer = createLLMAgent({ name: 'writer', provider: scriptedProvider(() => ['Leave at noon.']) })

const voyage = createWorkflow('voyage')
  .step({
    name: 'port',
    handler(step, context) {
      step.emit('Looking at the map. ')
      context['tide_params'] = { port: 'Brest' }
      return { name: 'Brest', berths: 12 }
    },
  })
  .step({ name: 'tide', dependsOn: ['port'], tool: 'tide' })
  .step({
    name: 'weather',
    dependsOn: ['port'],
    retries: 2,
    timeoutMs: 5_000,
    optional: true,
    async *handler(step, { port_result }) {
      yield `Asking about ${port_result.name}, attempt ${step.attempt}. `
      const winds = [12, 14, 9]
      for (const [hour, wind] of winds.entries()) {
        step.signal.throwIfAborted() // The run was cancelled, or the five seconds are over.
        step.emit({ progress: (hour + 1) / winds.length, message: `${wind} knots` })
      }
      return { wind: Math.max(...winds) }
    },
  })
  .step({ name: 'plan', agent: 'writer', dependsOn: ['tide', 'weather'], afterSkipped: 'run', action: 'Plan the voyage.' })

export const captain = createWorkflowAgent({ name: 'captain', workflow: voyage, agents: [writer], tools: [tide] })
