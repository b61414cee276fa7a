import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { WorkflowError } from '../../errors.ts'
import { executeWorkflow } from '../workflow-agent.ts'
import type { StepHandler, StepRun, WorkflowContext } from './step.ts'
import { createWorkflow, type Workflow } from './workflow.ts'
import type { WorkflowResult } from './workflow-result.ts'

// AgentiCraft 0.2.0-alpha as run, over the shared transcripts: what `compatible: true` promises.

function lines<T>(name: string): T[] {
  const text = readFileSync(new URL(`../../../../client/conformance/agenticraft/${name}.jsonl`, import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

interface Case {
  name: string
  steps: { name: string; handler?: string; depends_on?: string[]; condition?: string; max_retries?: number; timeout?: number; [option: string]: unknown }[]
  context: Record<string, unknown> | null
  parallel: boolean
  expect: {
    raised?: string
    status: string
    successful: boolean
    failed_steps: string[]
    handler_calls: string[]
    step_results: Record<string, { status: string; result: string | null; error: string | null }>
    context: Record<string, unknown>
  }
}

function handlers(calls: string[]): Record<string, StepHandler> {
  const called = (handler: (step: StepRun, context: WorkflowContext) => unknown): StepHandler => {
    return (step, context) => {
      calls.push(step.name)
      return handler(step, context)
    }
  }
  return {
    ok: called(({ name }) => `${name} done`),
    bad: called(() => Promise.reject(new Error('reef'))),
    flaky: called(({ attempt }) => (attempt < 3 ? Promise.reject(new Error('try again')) : 'third time')),
    slow: called(() => new Promise(() => {})),
    writes: called((_, context) => {
      context['lookup_result'] = { port: 'Brest' }
      return '{"port": "Brest"}'
    }),
    reads: called((_, context) => (typeof context['lookup_result'] === 'string' ? 'str' : 'dict')),
  }
}

function build({ name, steps }: Case): Workflow {
  let workflow: Workflow = createWorkflow(name, { compatible: true })
  for (const { depends_on: dependsOn, max_retries: retries, timeout, ...rest } of steps) {
    const renamed = {
      ...(dependsOn ? { dependsOn } : {}),
      ...(retries === undefined ? {} : { retries }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
    }
    workflow = workflow.step({ ...rest, ...renamed })
  }
  return workflow
}

async function execute(given: Case, calls: string[]): Promise<WorkflowResult> {
  return executeWorkflow(build(given), {
    handlers: handlers(calls),
    maxParallel: given.parallel ? 99 : 1,
    // Every limit passes at once; no step that has one here would ever finish.
    sleep: () => Promise.resolve(),
    ...(given.context ? { context: given.context } : {}),
  })
}

/** Texts in round brackets stand for any words of the implementation's own. */
const ownWords = (value: unknown): unknown => (typeof value === 'string' && /^\(.*\)$/.test(value) ? expect.stringMatching(/./) : value)
const spoken = <T extends object>(record: T): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, ownWords(value)]))

const cases = lines<Case>('15-workflow-results')

describe('execute_workflow', () => {
  test('there are 16 cases', () => expect(cases).toHaveLength(16))

  test.each(cases.filter((one) => one.expect.raised))('$name is refused', async (given) => {
    await expect(execute(given, [])).rejects.toBeInstanceOf(WorkflowError)
  })

  test.each(cases.filter((one) => !one.expect.raised))('$name', async (given) => {
    const calls: string[] = []
    const result = await execute(given, calls)
    expect(result.status).toBe(given.expect.status)
    expect(result.status === 'completed').toBe(given.expect.successful)
    expect(result.steps.filter(({ status }) => status === 'failed').map(({ name }) => name)).toEqual(given.expect.failed_steps)
    // The order within one wave is not part of the contract.
    expect(calls.toSorted()).toEqual(given.expect.handler_calls.toSorted())
    expect(
      Object.fromEntries(result.steps.map((step) => [step.name, { status: step.status, result: step.result ?? null, error: step.error ?? null }])),
    ).toEqual(Object.fromEntries(Object.entries(given.expect.step_results).map(([name, step]) => [name, spoken(step)])))
    expect(result.context).toEqual(spoken(given.expect.context))
  })

  test("works on the caller's own context", async () => {
    const context = {}
    expect((await executeWorkflow(createWorkflow('w', { compatible: true }).step({ name: 'a', handler: () => 1 }), { context })).context).toBe(context)
  })
})

test('stream_workflow_progress', async () => {
  const [between, last] = lines<Record<string, unknown>>('16-workflow-progress')
  let time = Date.parse('2026-03-04T09:15:00Z')
  const workflow = createWorkflow('voyage', { id: String(between?.['workflow_id']), compatible: true })
    .step({ name: 'load', handler: () => 'loaded' })
    .step({
      name: 'sail',
      dependsOn: ['load'],
      handler() {
        time += 1000
      },
    })
  const told: unknown[] = []
  await executeWorkflow(workflow, {
    now: () => time,
    onEvent(event) {
      if (event.type === 'custom' && event.name === 'workflow_progress' && typeof event.data === 'object')
        told.push({ ...event.data, timestamp: event.timestamp })
    },
  })
  const anyTime = { timestamp: expect.stringMatching(/^2026-03-04T09:15:0\d/) }
  expect(told).toContainEqual({ ...between, ...anyTime })
  expect(told.at(-1)).toEqual({ ...last, ...anyTime })
})

interface Chunk {
  readonly content: string
  readonly is_final: boolean
  readonly metadata: { readonly total_tokens?: number }
}

/** AgentiCraft's `StreamingResponse.add_chunk`, as a fold: what a caller who collects chunks ends up with. */
function collected(chunks: readonly Chunk[]) {
  let response = { complete_text: '', chunk_count: 0, total_tokens: null as number | null, ended: false, duration_known: false, metadata: {} }
  for (const { content, is_final: isFinal, metadata } of chunks) {
    const { complete_text: text, chunk_count: count } = response
    response = { ...response, complete_text: text + content, chunk_count: count + 1 }
    // Of several final chunks the last one counts; one without a total leaves the total as it is.
    if (isFinal) response = { ...response, ended: true, duration_known: true, total_tokens: metadata.total_tokens ?? response.total_tokens }
  }
  return response
}

test.each(lines<{ chunks: Chunk[]; expect: object }>('14-streaming-response-accumulator'))(
  'StreamingResponse.add_chunk, case %#',
  ({ chunks, expect: expected }) => {
    expect(collected(chunks)).toEqual(expected)
  },
)
