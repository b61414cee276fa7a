import { describe, expect, test } from 'vitest'
import { agentOf, context, gate, run, story } from '../../../test/workflow-play.ts'
import { executeWorkflow } from '../workflow-agent.ts'
import { createWorkflow, type Workflow } from './workflow.ts'

describe('steps at once', () => {
  test('show what they say as they say it, and say whose it is', async () => {
    const turns = { a: gate(), b: gate() }
    const workflow = createWorkflow('w')
      .step({
        name: 'a',
        async *handler() {
          yield 'a1'
          await turns.a.opened
          yield 'a2'
          turns.b.open()
        },
      })
      .step({
        name: 'b',
        async *handler() {
          yield 'b1'
          turns.a.open()
          await turns.b.opened
          yield 'b2'
        },
      })
      .step({ name: 'join', dependsOn: ['a', 'b'], handler: (_, { a_result, b_result }) => a_result + b_result })
    const events = await run(agentOf(workflow))
    const lines = story(events)
    expect(lines.filter((line) => line.startsWith('token'))).toEqual(['token a a1', 'token b b1', 'token a a2', 'token b b2'])
    expect(lines.indexOf('step_started join')).toBeGreaterThan(lines.indexOf('step_completed b true'))
    expect(events.at(-2)).toMatchObject({ output: 'a1a2b1b2' })
  })

  test('are as many as allowed', async () => {
    let [now, most] = [0, 0]
    const handler = async (): Promise<void> => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      now--
    }
    let workflow: Workflow = createWorkflow('w')
    for (let index = 0; index < 9; index++) workflow = workflow.step({ name: `s${index}`, handler })
    for (const maxParallel of [1, 3, 9]) {
      most = 0
      await executeWorkflow(workflow, { maxParallel })
      expect(most).toBe(maxParallel)
    }
  })

  test('one that is not parallel runs alone, and is not put off for ever', async () => {
    const running = new Set<string>()
    const seen: string[] = []
    const handler = async ({ name }: { name: string }): Promise<void> => {
      running.add(name)
      seen.push([...running].join('+'))
      await Promise.resolve()
      running.delete(name)
    }
    const workflow = createWorkflow('w')
      .step({ name: 'a', handler })
      .step({ name: 'b', handler })
      .step({ name: 'alone', parallel: false, handler })
      .step({ name: 'c', handler })
      .step({ name: 'd', handler })
    await executeWorkflow(workflow)
    expect(seen).toEqual(['a', 'a+b', 'alone', 'c', 'c+d'])
  })

  test('who reads slowly holds up those who write', async () => {
    let written = 0
    const workflow = createWorkflow('w').step({
      name: 'a',
      async *handler() {
        for (; written < 1000; written++) yield 'x'
      },
    })
    for await (const event of agentOf(workflow).run({ description: 'x' }, context())) {
      if (event.type !== 'token') continue
      for (let turn = 0; turn < 100; turn++) await Promise.resolve()
      break
    }
    expect(written).toBeLessThan(5)
  })
})

describe('conditions', () => {
  const branch = (condition: string) =>
    createWorkflow('w')
      .step({ name: 'one', condition, handler: () => 1 })
      .step({ name: 'after', dependsOn: ['one'], handler: () => 2 })
      .step({ name: 'join', dependsOn: ['one', 'after'], afterSkipped: 'run', handler: (_, { one_result }) => one_result ?? 'none' })

  test.each([
    ['mode == calm', { mode: 'calm' }, true],
    ['mode == "calm sea"', { mode: 'calm sea' }, true],
    ["mode == 'calm'", { mode: 'storm' }, false],
    ['wind != 5', { wind: 5 }, false],
    ['wind == 5', { wind: 5 }, true],
    ['ok == true', { ok: true }, true],
    ['missing == undefined', {}, false],
    ['missing != x', {}, true],
    ['toString == x', {}, false],
  ])('%s in %j is %s', async (condition, given, holds) => {
    const result = await executeWorkflow(branch(condition), { context: given })
    expect(result.status).toBe('completed')
    expect(result.steps.map(({ status }) => status)).toEqual(holds ? ['completed', 'completed', 'completed'] : ['skipped', 'skipped', 'completed'])
    expect(result.output).toBe(holds ? 1 : 'none')
  })
})

describe('what a handler may say', () => {
  test('text, progress and events, at once and tagged', async () => {
    const workflow = createWorkflow('w').step({
      name: 'a',
      handler({ emit }) {
        emit('text')
        emit({ progress: 2, message: 'half', data: { n: 1n } })
        emit({ type: 'thinking_token', content: 'hm' })
      },
    })
    const events = await run(agentOf(workflow))
    expect(events.filter((event) => event['step_name'] === 'a').slice(1, -1)).toMatchObject([
      { type: 'token', content: 'text' },
      { type: 'custom', name: 'step_progress', data: { step_name: 'a', progress: 1, message: 'half', data: { n: '1' } } },
      { type: 'thinking_token', content: 'hm' },
    ])
  })

  test('never the end of the run, or more than can be read', async () => {
    const ends = createWorkflow('w').step({ name: 'a', handler: ({ emit }) => emit(JSON.parse('{"type":"completed","success":true}')) })
    expect(await executeWorkflow(ends)).toMatchObject({ status: 'failed', steps: [{ error: 'A step cannot send "completed" events' }] })
    const floods = createWorkflow('w').step({
      name: 'a',
      handler({ emit }) {
        for (;;) emit('x')
      },
    })
    expect((await executeWorkflow(floods)).error).toContain('more than 10000 events')
  })

  test('only text is text', async () => {
    const odd = createWorkflow('w').step({
      name: 'a',
      async *handler() {
        yield JSON.parse('{}')
      },
    })
    expect((await executeWorkflow(odd)).error).toContain('no text')
  })

  test('nothing once its step is over', async () => {
    let late = (): void => {}
    const workflow = createWorkflow('w')
      .step({
        name: 'a',
        handler({ emit }) {
          late = () => emit('late')
        },
      })
      .step({ name: 'b', dependsOn: ['a'], handler: () => late() })
    expect(story(await run(agentOf(workflow))).filter((line) => line.includes('late'))).toEqual([])
  })
})
