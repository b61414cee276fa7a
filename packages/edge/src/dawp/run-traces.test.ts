import type { JsonObject } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import { documentOf, play, requestsOf, traceOf } from '../../test/dawp-play.ts'
import { dawpVectors } from '../../test/dawp-vectors.ts'
import { ProviderError } from '../errors.ts'
import type { ScriptedTurn } from '../model/scripted/provider.ts'
import type { DawpOptions } from './dawp-plugin.ts'

interface Reply {
  text?: string
  tools?: { name: string; args: JsonObject }[]
  error?: boolean
}
interface TraceVector {
  name: string
  workflow: { id: string; placement: string; step_ids: string[]; front_matter_extra: string }
  iteration_limit: number
  options: {
    dynamic_workflow_limits?: { max_iterations_per_prompt: number }
    enqueue_guard?: { allowed_workflows?: string[]; max_runs_per_task?: number; require_remaining_budget?: number }
  }
  start_tool_allowed: boolean
  abort_main: boolean
  replies: Reply[]
  events: unknown[]
  requests: unknown[]
}

const vectors = dawpVectors<TraceVector>('dawp-run-traces')

function scriptOf(replies: readonly Reply[]): ScriptedTurn[] {
  return replies.map(({ text, tools = [], error }) => [
    ...(text === undefined ? [] : [text]),
    ...tools.map(({ name, args }) => ({ tool: name, arguments: args })),
    ...(error ? [{ fail: new ProviderError('scripted', 'torn') }] : []),
  ])
}

function optionsOf({ name, workflow, options, abort_main }: TraceVector): DawpOptions {
  const { allowed_workflows: allowed, max_runs_per_task: runs, require_remaining_budget: floor } = options.enqueue_guard ?? {}
  const cap = options.dynamic_workflow_limits?.max_iterations_per_prompt
  return {
    // These tasks have nothing configured; the document comes from the model.
    ...(name.startsWith('start tool, dynamic')
      ? {}
      : { document: documentOf({ id: workflow.id, placement: workflow.placement, steps: workflow.step_ids, extra: workflow.front_matter_extra }) }),
    abortMain: abort_main,
    ...(cap === undefined ? {} : { limits: { maxIterationsPerPrompt: cap } }),
    enqueueGuard: {
      ...(allowed ? { allowedWorkflows: allowed } : {}),
      ...(runs === undefined ? {} : { maxDawpRunsPerTask: runs }),
      ...(floor === undefined ? {} : { requireRemainingBudget: floor }),
    },
  }
}

describe('S30: compatible', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    const { events, provider } = await play(scriptOf(vector.replies), {
      ...optionsOf(vector),
      allowStartTool: vector.start_tool_allowed,
      maxIterations: vector.iteration_limit,
      compatible: true,
    })
    expect(traceOf(events)).toEqual(vector.events)
    expect(requestsOf(provider)).toEqual(vector.requests)
  })
})

/** Where upstream is wrong; what happens instead stands in corrections.test.ts. */
const corrected = new Set([
  'budget used up by the round that prints the run marker',
  'budget used up by the first step',
  'front-matter cap is not applied to static documents',
  'start tool, as shipped (not on the allow list)',
  'model error inside a step',
  'document without prompts',
])

describe('S30: by default the same events, where upstream is right', () => {
  test.each(vectors.filter(({ name }) => !corrected.has(name)).map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    const { events } = await play(scriptOf(vector.replies), { ...optionsOf(vector), maxIterations: vector.iteration_limit })
    expect(traceOf(events)).toEqual(vector.events)
  })
})
