/** Our client against servers made with the A2A project's own Python kit, of both versions. */
import { deepEqual } from 'node:assert/strict'
import { createAgentClient, immediately } from '@agentstream/client'
import { a2a, a2aV1, type Protocol } from '@agentstream/client/wire'
import { check, skipped, type Upstream } from './check.ts'
import { environment, startHost } from './python.ts'
import { checkScenarios, type Scenario } from './transcripts.ts'

const scenariosIn = (protocol: 'a2a' | 'a2aV1'): readonly Scenario[] => {
  const always = { folder: 'a2a', protocol } as const
  const prefix = protocol === 'a2a' ? 'python-v03' : 'python-v1'
  return [
    { ...always, name: `${prefix}-01-text`, ask: 'hello', expects: { status: 'completed', text: 'Grüße from the\nharbour 🙂' } },
    { ...always, name: `${prefix}-02-message`, ask: 'message', expects: { status: 'completed', text: 'Only a message.' } },
    { ...always, name: `${prefix}-03-failed`, ask: 'fail', expects: { status: 'failed' } },
    { ...always, name: `${prefix}-04-input-required`, ask: 'ask', expects: { status: 'completed', text: 'Which port?' } },
  ]
}

/** Stopped at its first event: by then the task has a name. */
async function stopped(url: string, protocol: Protocol, signal: AbortSignal): Promise<readonly string[]> {
  const run = createAgentClient({ url, protocol, retry: false }).run('wait', { schedule: immediately, signal })
  const { value } = await run[Symbol.asyncIterator]().next()
  const { outcome } = await run.cancel()
  await run.result().catch(() => {})
  return [value?.type ?? 'nothing', outcome, run.getSnapshot().status]
}

const server = (version: string, script: string, name: 'a2a' | 'a2aV1', protocol: Protocol): Upstream => ({
  name: `a2a-sdk ${version} (Python), as a server`,
  async run({ isRecording }) {
    const home = environment(`a2a-server-${version}`, [`a2a-sdk[http-server]==${version}`, 'uvicorn'])
    if ('missing' in home) return [skipped('all', home.missing)]
    const host = await startHost({ python: home.python, script, args: [] })
    try {
      const outcomes = await checkScenarios(scenariosIn(name), { url: host.url, upstream: `a2a-sdk ${version}`, isRecording })
      const stop = async (signal: AbortSignal) => deepEqual(await stopped(host.url, protocol, signal), ['started', 'cancelled', 'cancelled'])
      return [...outcomes, await check('a task is stopped there when it is stopped here', stop)]
    } finally {
      await host.stop()
    }
  },
})

export const a2aServers: readonly Upstream[] = [server('1.3.0', 'a2a_server_v1.py', 'a2aV1', a2aV1), server('0.3.26', 'a2a_server_v03.py', 'a2a', a2a)]
