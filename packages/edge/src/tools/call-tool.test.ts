import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { callTool, type ToolOutcome } from './call-tool.ts'
import { defineTool, type ToolContext, type ToolDefinition } from './tool.ts'
import { createToolbox } from './toolbox.ts'

type Execute = (input: { port: string; days?: number | undefined }, context: ToolContext) => unknown

function tide(execute: Execute, more: Partial<ToolDefinition<unknown>> = {}) {
  const parameters = z.object({ port: z.string(), days: z.number().optional() })
  return defineTool({ name: 'tide', description: 'Tides.', timeoutMs: more.timeoutMs ?? 60_000, resultBytes: more.resultBytes ?? 1000, parameters, execute })
}

const call = (text = '{"port":"Brest"}', name = 'tide') => ({ id: 'c1', name, arguments: text })

async function play(
  tool: ReturnType<typeof tide>,
  given = call(),
  signal = new AbortController().signal,
): Promise<{ events: AgentEvent[]; outcome: ToolOutcome }> {
  const events: AgentEvent[] = []
  const playing = callTool(given, { toolbox: createToolbox([tool]), runId: 'r', signal })
  for (let step = await playing.next(); ; step = await playing.next()) {
    if (step.done) return { events, outcome: step.value }
    events.push(step.value)
  }
}

const started = { type: 'tool_call', tool_name: 'tide', tool_call_id: 'c1', operation: null, parameters: { port: 'Brest' } }
const failed = (error: string) => ({ type: 'tool_error', tool_name: 'tide', tool_call_id: 'c1', error })

test('a call is told when it starts and when it is done, and the model gets the result', async () => {
  const { events, outcome } = await play(tide(({ port }) => ({ port, metres: 4.2 })))
  expect(events).toEqual([started, { type: 'tool_result', tool_name: 'tide', tool_call_id: 'c1', result: { port: 'Brest', metres: 4.2 }, success: true }])
  expect(outcome).toMatchObject({ status: 'done', text: '{"port":"Brest","metres":4.2}' })
})

test('the tool knows its run, its call and the arguments as the schema made them', async () => {
  const execute = vi.fn<Execute>()
  await play(tide(execute), call('{"port":"Brest","unknown":1}'))
  expect(execute.mock.calls[0]).toMatchObject([{ port: 'Brest' }, { runId: 'r', toolCallId: 'c1', signal: expect.any(AbortSignal) }])
})

describe('S14: a call that cannot be carried out runs nothing and is one tool_error', () => {
  test.each([
    ['invalid arguments', '{"port":', 'The arguments of "tide" are not a JSON object'],
    ['partial arguments', '{"port":"Bre', 'The arguments of "tide" are not a JSON object'],
    ['empty arguments', '', 'The arguments of "tide" are not a JSON object'],
    ['arguments that are a list', '[]', 'The arguments of "tide" are not a JSON object'],
    ['arguments that are null', 'null', 'The arguments of "tide" are not a JSON object'],
  ])('%s', async (_, text, error) => {
    const execute = vi.fn<Execute>()
    const { events, outcome } = await play(tide(execute), call(text))
    expect(events).toEqual([failed(error)])
    expect(outcome).toMatchObject({ status: 'refused', text: `Error: ${error}` })
    expect(execute).not.toHaveBeenCalled()
  })

  test('X18: arguments outside the schema', async () => {
    const execute = vi.fn<Execute>()
    const { events } = await play(tide(execute), call('{"port":5}'))
    expect(events).toMatchObject([{ type: 'tool_error', error: expect.stringContaining('The arguments of "tide" do not fit: port:') }])
    expect(execute).not.toHaveBeenCalled()
  })

  test.each(['wind', '__proto__', 'constructor', 'toString', 'tide '])('X18: a tool that does not exist (%s)', async (name) => {
    const { events, outcome } = await play(tide(vi.fn()), call('{}', name))
    expect(events).toEqual([{ type: 'tool_error', tool_name: name, tool_call_id: 'c1', error: `There is no tool named "${name}"` }])
    expect(outcome.status).toBe('refused')
  })

  test('a name that is missing', async () => {
    expect((await play(tide(vi.fn()), call('{}', ''))).events).toMatchObject([{ tool_name: 'unknown' }])
  })

  test('but a tool without parameters may be called with nothing', async () => {
    const tool = defineTool({ name: 'tide', description: '', parameters: z.object({}), execute: () => 'now' })
    expect((await play(tool, call(''))).outcome).toMatchObject({ status: 'done', result: 'now', parameters: {} })
  })
})

test('X8: arguments named __proto__ pollute nothing and do not reach the tool', async () => {
  const execute = vi.fn<Execute>()
  await play(tide(execute), call('{"port":"Brest","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'))
  expect(Object.keys(execute.mock.calls[0]?.[0] ?? {})).toEqual(['port'])
  expect({}).not.toHaveProperty('polluted')
})

describe('S10: a tool that fails is one tool_error', () => {
  const thrown =
    (value: unknown): Execute =>
    () => {
      throw value
    }
  class Silent extends Error {
    override get message(): string {
      throw new Error('no message either')
    }
  }
  test.each<[string, Execute, string]>([
    ['throws', thrown(new Error('no such port')), 'no such port'],
    ['rejects', () => Promise.reject(new Error('no such port')), 'no such port'],
    ['rejects late', () => Promise.resolve().then(() => Promise.reject(new Error('late'))), 'late'],
    ['throws text', thrown('closed'), 'closed'],
    ['throws nothing', thrown(undefined), 'The tool failed without saying why'],
    ['throws an object', thrown({ password: 'x' }), 'The tool failed without saying why'],
    ['throws an error that throws', thrown(new Silent()), 'The tool failed without saying why'],
    ['throws an empty error', thrown(new Error('')), 'The tool failed without saying why'],
  ])('%s', async (_, execute, error) => {
    const { events, outcome } = await play(tide(execute))
    expect(events).toEqual([started, failed(error)])
    expect(outcome).toMatchObject({ status: 'failed', error, text: `Error: ${error}` })
  })

  test('X20: neither the stack nor one inside the message gets out', async () => {
    const { events } = await play(tide(thrown(new Error('broken\n    at run (/srv/app/secret.js:1:1)'))))
    expect(events[1]).toEqual(failed('broken'))
    expect(JSON.stringify(events)).not.toContain('/srv/')
  })

  test('S12: a result that cannot be carried', async () => {
    expect((await play(tide(() => () => 1))).events[1]).toEqual(failed('The result of "tide" is a function, which JSON cannot carry'))
    expect((await play(tide(() => 'x'.repeat(1001)))).events[1]).toEqual(failed('The result of "tide" is larger than the limit of 1000 bytes'))
  })
})

describe('progress', () => {
  test('comes while the tool runs, and never after it', async () => {
    let go = (): void => {}
    let late: ToolContext | undefined
    const tool = tide(async (_, context) => {
      late = context
      context.emit({ progress: 0.25, message: 'quarter' })
      await new Promise<void>((resolve) => (go = resolve))
      context.emit({ progress: 7, data: { seen: new Set([1]) } })
      return 'done'
    })
    const playing = callTool(call(), { toolbox: createToolbox([tool]), runId: 'r', signal: new AbortController().signal })
    expect((await playing.next()).value).toEqual(started)
    expect((await playing.next()).value).toEqual({ type: 'tool_progress', tool_name: 'tide', tool_call_id: 'c1', progress: 0.25, message: 'quarter' })
    go()
    expect((await playing.next()).value).toEqual({ type: 'tool_progress', tool_name: 'tide', tool_call_id: 'c1', progress: 1, data: { seen: [1] } })
    expect((await playing.next()).value).toMatchObject({ type: 'tool_result', result: 'done' })
    late?.emit({ message: 'too late' })
    expect(await playing.next()).toMatchObject({ done: true })
  })

  test('that cannot be carried loses only what cannot; a tool that talks without pause keeps its newest word', async () => {
    const { events } = await play(
      tide((_, { emit }) => {
        emit({ progress: Number.NaN, message: 'x'.repeat(3000), data: () => 1 })
        for (let count = 0; count < 10_000; count++) emit({ message: `${count}` })
      }),
    )
    expect(events[1]).toEqual({ type: 'tool_progress', tool_name: 'tide', tool_call_id: 'c1', message: 'x'.repeat(2000) })
    expect(events.length).toBeLessThan(300)
    expect(events.at(-2)).toMatchObject({ message: '9999' })
  })
})

describe('time and aborts', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('S11: a tool that hangs is told to stop at its timeout and becomes a tool_error', async () => {
    let signal: AbortSignal | undefined
    const hanging: Execute = (_, context) => {
      signal = context.signal
      return new Promise(() => {})
    }
    const playing = play(tide(hanging, { timeoutMs: 500 }))
    await vi.advanceTimersByTimeAsync(500)
    expect((await playing).events).toEqual([started, failed('"tide" did not finish within 500 ms')])
    expect([signal?.aborted, vi.getTimerCount()]).toEqual([true, 0])
  })

  test('S11: a tool that heeds its timeout is told the same, whatever it throws then', async () => {
    const heeding: Execute = (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('AbortError'))))
    const playing = play(tide(heeding, { timeoutMs: 500 }))
    await vi.advanceTimersByTimeAsync(500)
    expect((await playing).events[1]).toEqual(failed('"tide" did not finish within 500 ms'))
  })

  test('S13: an aborted run does not wait for a tool that ignores it; its late failure goes nowhere', async () => {
    const controller = new AbortController()
    let fail = (_: unknown): void => {}
    let signal: AbortSignal | undefined
    const ignoring: Execute = (_, context) => {
      signal = context.signal
      return new Promise((_resolve, reject) => (fail = reject))
    }
    const playing = play(tide(ignoring), call(), controller.signal)
    const caught = expect(playing).rejects.toBe('stop')
    await vi.advanceTimersByTimeAsync(1)
    controller.abort('stop')
    await caught
    fail(new Error('late'))
    expect([signal?.aborted, vi.getTimerCount()]).toEqual([true, 0])
  })

  test('nothing runs under a signal that is aborted already', async () => {
    const execute = vi.fn<Execute>()
    await expect(play(tide(execute), call(), AbortSignal.abort('stop'))).rejects.toBe('stop')
    expect(execute).not.toHaveBeenCalled()
  })

  test('leaving early tells the tool to stop', async () => {
    let signal: AbortSignal | undefined
    const tool = tide((_, context) => {
      signal = context.signal
      context.emit({ message: 'working' })
      return new Promise(() => {})
    })
    for await (const event of callTool(call(), { toolbox: createToolbox([tool]), runId: 'r', signal: new AbortController().signal }))
      if (event.type === 'tool_progress') break
    expect([signal?.aborted, vi.getTimerCount()]).toEqual([true, 0])
  })
})
