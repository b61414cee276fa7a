/** An agent that is no loop but a plan: two branches read at once, and a third step joins what they found. */
import { type Agent, createWorkflow, createWorkflowAgent } from '@agentstream/edge'
import { code, plain } from '../local-model/markdown.ts'
import { type Pace, piecesOf } from '../local-model/pacing.ts'
import { subjectOf } from '../local-model/plan.ts'
import { createReader } from '../tools/read-passages.ts'
import { readPassages } from './passages.ts'

export interface ResearchOptions {
  readonly pace: Pace
  readonly passageMs: number
}

/** A step as the page draws it before it runs. */
export interface PlannedStep {
  readonly name: string
  readonly description: string
  readonly dependsOn: readonly string[]
  /** The tool it calls, by which the page knows whose call it is looking at. */
  readonly tool: string | undefined
}

export function createResearch({ pace, passageMs }: ResearchOptions): { readonly agent: Agent; readonly plan: readonly PlannedStep[] } {
  const guides = createReader({
    name: 'read_guides',
    description: 'Reads the written pages of this project.',
    holds: (page) => page.endsWith('.md'),
    passageMs,
  })
  const sources = createReader({
    name: 'read_sources',
    description: 'Reads what the sources say about themselves.',
    holds: (page) => !page.endsWith('.md'),
    // A little slower, so that the branches end one after the other.
    passageMs: passageMs * 1.4,
  })
  const workflow = createWorkflow('research', { description: 'Reads guides and sources at once and puts both side by side' })
    .step({
      name: 'topic',
      description: 'Finds out what to look for',
      handler({ task }, context) {
        const topic = subjectOf(task.description) || 'agentstream'
        context['guides_params'] = { topic }
        context['sources_params'] = { topic }
        return topic
      },
    })
    .step({ name: 'guides', description: 'Reads the written pages', dependsOn: ['topic'], tool: guides })
    .step({ name: 'sources', description: 'Reads the sources', dependsOn: ['topic'], tool: sources })
    .step({
      name: 'summary',
      description: 'Joins both',
      dependsOn: ['topic', 'guides', 'sources'],
      async *handler({ signal }, { topic_result: topic, guides_result, sources_result }) {
        const text = [`## ${plain(topic)}`, ...section('The guides say', guides_result), ...section('The sources say', sources_result)].join('\n\n')
        for (const piece of piecesOf(text)) {
          await pace(signal)
          yield piece
        }
      },
    })
  const plan = workflow.steps.map(({ name, description = '', dependsOn = [], tool }) => ({
    name,
    description,
    dependsOn,
    tool: typeof tool === 'object' ? tool.name : tool,
  }))
  return { agent: createWorkflowAgent({ name: 'workflow', workflow }), plan }
}

function section(title: string, result: unknown): readonly string[] {
  const found = readPassages(result)
  if (found.length === 0) return [`### ${title}`, 'Nothing about it.']
  return [
    `### ${title}`,
    found.map(({ title, page, excerpt }) => `- **${plain(title)}** in ${code(page)}${excerpt === '' ? '' : `: ${plain(excerpt)}`}`).join('\n'),
  ]
}
