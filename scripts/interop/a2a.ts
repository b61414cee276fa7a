/** The A2A project's own Python clients against our server: the card, a message, a stream, a task, stopping one and following one. */
import { deepEqual } from 'node:assert/strict'
import { check, skipped, type Upstream } from './check.ts'
import { greeting, startModel } from './model.ts'
import { environment, runProgram } from './python.ts'
import { startServer } from './serve.ts'

interface Words {
  readonly completed: string
  readonly failed: string
  readonly canceled: string
  readonly asking: string
  readonly notFound: string | number
  readonly notCancelable: string | number
}

const expected = ({ completed, failed, canceled, asking, notFound, notCancelable }: Words): Readonly<Record<string, unknown>> => ({
  card: ['harbour', ['sail', 'storm', 'tide', 'wait']],
  stream: { text: greeting, last: completed },
  tools: { text: 'Let me look.High water.', last: completed },
  failure: failed,
  send: { text: greeting, last: completed },
  question: asking,
  answer: { text: 'We are away.', last: completed },
  get: { text: greeting, last: completed },
  cancel: canceled,
  'cancelled stream': canceled,
  'resubscribed stream': canceled,
  'unknown task': notFound,
  'cancel when over': notCancelable,
})

const client = (version: string, script: string, words: Words): Upstream => ({
  name: `a2a-sdk ${version} (Python)`,
  async run() {
    const home = environment(`a2a-sdk-${version}`, [`a2a-sdk==${version}`])
    if ('missing' in home) return [skipped('all', home.missing)]
    const model = await startModel(['tide', 'storm'])
    const server = await startServer(model.url)
    let seen: Readonly<Record<string, unknown>> = {}
    try {
      const ran = await check('runs to its end', async (signal) => {
        seen = JSON.parse(await runProgram({ python: home.python, script, args: [server.url] }, signal))
      })
      if (ran.result === 'failed') return [ran]
      const names = Object.entries(expected(words))
      return [ran, ...(await Promise.all(names.map(([name, value]) => check(name, async () => deepEqual(seen[name], value)))))]
    } finally {
      await Promise.all([server.stop(), model.stop()])
    }
  },
})

export const a2aClients: readonly Upstream[] = [
  client('1.3.0', 'a2a_client_v1.py', {
    completed: 'TASK_STATE_COMPLETED',
    failed: 'TASK_STATE_FAILED',
    canceled: 'TASK_STATE_CANCELED',
    asking: 'TASK_STATE_INPUT_REQUIRED',
    notFound: 'TaskNotFoundError',
    notCancelable: 'TaskNotCancelableError',
  }),
  client('0.3.26', 'a2a_client_v03.py', {
    completed: 'completed',
    failed: 'failed',
    canceled: 'canceled',
    asking: 'input-required',
    notFound: -32001,
    notCancelable: -32002,
  }),
]
