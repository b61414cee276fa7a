/** AIECS, streamed by the smallest host there can be: a HybridAgent, with and without a DAWP document. */
import { skipped, type Upstream } from './check.ts'
import { greeting, startModel } from './model.ts'
import { environment, startHost } from './python.ts'
import { checkScenarios, type Scenario } from './transcripts.ts'

const upstream = 'aiecs 2.2.0'

const always = { folder: 'aiecs', protocol: 'aiecs' } as const
const scenarios: readonly Scenario[] = [
  { ...always, name: '01-text', ask: 'hello', expects: { status: 'completed', text: greeting, tools: [], dawp: [] } },
  {
    ...always,
    name: '02-tools',
    ask: 'the tides, please',
    expects: { status: 'completed', text: 'Let me look.High water.', tools: ['tide done', 'tide failed'] },
  },
  { ...always, name: '03-model-failure', ask: 'be refused', expects: { status: 'failed', text: '' } },
  {
    ...always,
    name: '04-dawp',
    agent: 'dawp',
    ask: 'hello',
    expects: { status: 'completed', text: 'We leave at dawn.', dawp: ['gather-facts done', 'decide done'] },
  },
  // Since 2.2 the model is asked again only before the first piece of its answer.
  { ...always, name: '05-model-cut', ask: 'be cut', expects: { status: 'failed', text: 'Grüße from the harbour —' } },
  // The first attempt reaches its limit of rounds, the second is of a simpler task.
  {
    ...always,
    protocol: 'aiecsRecovery',
    name: '06-recovery',
    agent: 'recovery',
    ask: 'hello, in full',
    expects: { status: 'completed', text: greeting, tools: [] },
  },
]

export const aiecs: Upstream = {
  name: upstream,
  async run({ isRecording }) {
    const home = environment('aiecs', ['aiecs==2.2.0'])
    if ('missing' in home) return [skipped('all', home.missing)]
    const model = await startModel(['tide_level', 'tide_storm'])
    const host = await startHost({ python: home.python, script: 'aiecs_host.py', args: [], env: { OPENAI_BASE_URL: model.url } })
    try {
      return await checkScenarios(scenarios, { url: host.url, upstream, isRecording })
    } finally {
      await Promise.all([host.stop(), model.stop()])
    }
  },
}
