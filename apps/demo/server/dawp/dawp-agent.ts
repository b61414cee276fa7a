/** An agent for each of the three ways a DAWP workflow begins, all of them real documents run by the real engine. */
import { type Agent, createHybridAgent, type DawpOptions, dawp, type StreamingProvider } from '@agentstream/edge'
import brief from '../documents/brief.dawp.md?raw'
import calculation from '../documents/calculation.dawp.md?raw'
import review from '../documents/review.dawp.md?raw'
import { findExpression } from '../local-model/expression.ts'
import { calculator } from '../tools/calculator.ts'
import { searchDocs } from '../tools/search-docs.ts'

export type Placement = 'pre_main_loop' | 'on_response_trigger' | 'inline'

const options: Readonly<Record<Placement, DawpOptions>> = {
  pre_main_loop: { document: brief, allowStartTool: false },
  on_response_trigger: { document: review, allowStartTool: false },
  inline: { documents: { 'calculation.dawp.md': calculation } },
}

export function createDawpAgent(provider: StreamingProvider): Agent {
  const made = (placement: Placement): Agent =>
    createHybridAgent({
      name: 'dawp',
      description: 'Is led through a workflow: before it begins, by a trigger in its answer, or one it starts itself',
      instructions: 'You answer questions about this project.',
      provider,
      tools: [calculator, searchDocs],
      plugins: [dawp({ ...options[placement], streamBoundaryEvents: true })],
      maxIterations: 12,
    })
  const agents = { pre_main_loop: made('pre_main_loop'), on_response_trigger: made('on_response_trigger'), inline: made('inline') }
  return {
    name: 'dawp',
    info: agents.pre_main_loop.info,
    run: (task, context) => agents[placementFor(task.description)].run(task, context),
  }
}

/** Arithmetic is for the workflow the agent starts itself, a draft is reviewed, and everything else is looked up first. */
export function placementFor(question: string): Placement {
  if (findExpression(question)) return 'inline'
  return /\b(?:draft|review\w*|check\w*)\b/i.test(question) ? 'on_response_trigger' : 'pre_main_loop'
}
