/** AgentiCraft behind the endpoint of its guide: bare text behind `data:`. It is on no package index today, only in its repository. */
import { skipped, type Upstream } from './check.ts'
import { greeting, startModel } from './model.ts'
import { environment, startHost } from './python.ts'
import { checkScenarios, type Scenario } from './transcripts.ts'

const commit = 'f8418d6'
const upstream = `agenticraft 0.2.0-alpha (${commit})`

const always = { folder: 'agenticraft', protocol: 'agenticraftLenient' } as const
const scenarios: readonly Scenario[] = [
  { ...always, name: '01-text', ask: 'hello', expects: { status: 'completed', text: greeting } },
  { ...always, name: '02-model-failure', ask: 'be refused', expects: { status: 'truncated', text: '' } },
]

export const agenticraft: Upstream = {
  name: upstream,
  async run({ isRecording }) {
    const home = environment('agenticraft', [`agenticraft @ git+https://github.com/agenticraft/agenticraft@${commit}`, 'openai', 'fastapi', 'uvicorn'])
    if ('missing' in home) return [skipped('all', home.missing)]
    const model = await startModel(['tide', 'storm'])
    const host = await startHost({ python: home.python, script: 'agenticraft_host.py', args: [model.url] })
    try {
      return await checkScenarios(scenarios, { url: host.url, upstream, isRecording })
    } finally {
      await Promise.all([host.stop(), model.stop()])
    }
  },
}
