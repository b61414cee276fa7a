import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import { agentOf, forEver, reject, run, story, waits } from '../../../test/workflow-play.ts'
import { executeWorkflow } from '../workflow-agent.ts'
import { createWorkflow } from './workflow.ts'

describe('a step that fails', () => {
  const workflow = (options: Parameters<typeof createWorkflow>[1] = {}) =>
    createWorkflow('w', options)
      .step({ name: 'bad', handler: () => reject('reef') })
      .step({ name: 'after', dependsOn: ['bad'], handler: () => 'never' })
      .step({ name: 'beside', handler: ({ signal }) => (options.onFailure ? 'done' : new Promise((_, fail) => signal.addEventListener('abort', fail))) })

  test('fails the run at once, and what runs beside it is aborted', async () => {
    const events = await run(agentOf(workflow()))
    expect(story(events).slice(-4)).toEqual(['step_completed bad false', 'step_completed beside false', 'result false', 'completed false'])
    expect(events.at(-2)).toMatchObject({
      reason: 'step_failed',
      error: 'Step "bad" failed: reef',
      output: null,
      step_results: { bad: { status: 'failed', error: 'reef' }, after: { status: 'pending' }, beside: { status: 'cancelled' } },
    })
  })

  test('with onFailure: continue, what does not depend on it still runs, and the run fails', async () => {
    const result = await executeWorkflow(workflow({ onFailure: 'continue' }))
    expect(result).toMatchObject({ status: 'failed', error: 'Step "bad" failed: reef', output: 'done' })
    expect(result.steps.map(({ status }) => status)).toEqual(['failed', 'skipped', 'completed'])
  })

  test('that is optional does not fail the run', async () => {
    const events: AgentEvent[] = []
    const result = await executeWorkflow(
      createWorkflow('w')
        .step({ name: 'bad', optional: true, handler: () => reject('reef') })
        .step({ name: 'needs', dependsOn: ['bad'], handler: () => 1 })
        .step({ name: 'copes', dependsOn: ['bad', 'needs'], afterSkipped: 'run', handler: (_, { bad_result }) => bad_result ?? 'without' }),
      { onEvent: (event) => events.push(event) },
    )
    expect(result.status).toBe('completed')
    expect(result.steps.map(({ status }) => status)).toEqual(['failed', 'skipped', 'completed'])
    expect(result.output).toBe('without')
    expect(events).toContainEqual(expect.objectContaining({ name: 'step_skipped', data: { step_name: 'needs', reason: 'skipped_dependency' } }))
  })

  test.each([
    ['nothing', undefined, 'The step failed without saying why'],
    ['an object', { token: 'secret' }, 'The step failed without saying why'],
    ['an empty error', new Error(' '), 'The step failed without saying why'],
    ['text', 'reef', 'reef'],
  ])('by throwing %s is said in words', async (_name, thrown, error) => {
    const result = await executeWorkflow(createWorkflow('w').step({ name: 'a', handler: () => Promise.reject(thrown) }))
    expect(result.steps).toMatchObject([{ error }])
  })

  test('a condition that throws fails its step', async () => {
    const bad = createWorkflow('w').step({
      name: 'a',
      condition() {
        throw new Error('no wind')
      },
      handler: () => 1,
    })
    expect(await executeWorkflow(bad)).toMatchObject({ status: 'failed', steps: [{ status: 'failed', error: 'no wind', attempts: 0 }] })
  })
})

describe('trying again', () => {
  test('waits longer each time, says so, and forgets the failures', async () => {
    const { asked, sleep, over } = waits()
    const flaky = createWorkflow('w').step({
      name: 'a',
      retries: 3,
      backoff: { firstDelayMs: 100, maxDelayMs: 250 },
      handler: ({ attempt }) => (attempt < 4 ? reject(`storm ${attempt}`) : 'there'),
    })
    const running = run(agentOf(flaky, { sleep }))
    const delays: number[] = []
    for (let retry = 0; retry < 3; retry++) {
      await vi.waitFor(() => expect(asked).toHaveLength(1))
      delays.push(asked[0]?.ms ?? 0)
      await over()
    }
    const events = await running
    expect(delays).toEqual([100, 200, 250])
    expect(events.flatMap((event) => (event.type === 'custom' && event.name === 'step_retry' ? [event.data] : []))).toEqual([
      { step_name: 'a', attempt: 2, delay_ms: 100, error: 'storm 1' },
      { step_name: 'a', attempt: 3, delay_ms: 200, error: 'storm 2' },
      { step_name: 'a', attempt: 4, delay_ms: 250, error: 'storm 3' },
    ])
    expect(events.at(-2)).toMatchObject({ success: true, step_results: { a: { status: 'completed', error: null, attempts: 4 } } })
    expect(story(events).filter((line) => line.startsWith('step_'))).toEqual(['step_started a', 'step_completed a true'])
  })

  test('is not done unless asked for', async () => {
    let calls = 0
    const handler = () => {
      calls++
      return reject('reef')
    }
    expect((await executeWorkflow(createWorkflow('w').step({ name: 'a', handler }))).status).toBe('failed')
    expect(calls).toBe(1)
  })

  test('ends while waiting when the run is aborted', async () => {
    const { asked, sleep } = waits()
    const controller = new AbortController()
    const workflow = createWorkflow('w').step({ name: 'a', retries: 1, handler: () => reject('reef') })
    const running = executeWorkflow(workflow, { sleep, signal: controller.signal })
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    controller.abort()
    expect(await running).toMatchObject({ status: 'cancelled', steps: [{ status: 'cancelled' }] })
  })
})

describe('a limit on time', () => {
  test('ends an attempt whose handler does not listen, and the next one has its own', async () => {
    const { asked, sleep, over } = waits()
    const signals: AbortSignal[] = []
    const workflow = createWorkflow('w').step({
      name: 'slow',
      timeoutMs: 70,
      retries: 1,
      backoff: { firstDelayMs: 0 },
      handler({ signal }) {
        signals.push(signal)
        return forEver()
      },
    })
    const running = executeWorkflow(workflow, { sleep })
    await over()
    await vi.waitFor(() => expect(signals).toHaveLength(2))
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    await vi.waitFor(() => expect(asked.some(({ ms, signal }) => ms === 70 && !signal.aborted)).toBe(true))
    for (const wait of asked) wait.end()
    expect(await running).toMatchObject({ status: 'failed', steps: [{ error: 'Step "slow" did not finish within 70 ms', attempts: 2 }] })
  })

  test('lets go of its timer when the attempt is over', async () => {
    const { asked, sleep } = waits()
    await executeWorkflow(createWorkflow('w').step({ name: 'a', timeoutMs: 70, handler: () => 1 }), { sleep })
    expect(asked).toMatchObject([{ signal: { aborted: true } }])
  })
})
