import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import type { ApprovalAnswer, Approvals } from './approval.ts'
import { callTool, type ToolOutcome } from './call-tool.ts'
import { defineTool, type ToolDefinition } from './tool.ts'
import { createToolbox } from './toolbox.ts'

type Payment = { sum: number }

/** Asks the test, which answers when it likes. */
function puppetDesk(expiresAt?: number) {
  const asked: { answer(answer: ApprovalAnswer): void; closed: boolean; close(): void }[] = []
  const approvals: Approvals = {
    ask() {
      let resolve = (_answer: ApprovalAnswer): void => {}
      const answer = new Promise<ApprovalAnswer>((settle) => {
        resolve = settle
      })
      const question = {
        answer: resolve,
        closed: false,
        close(): void {
          question.closed = true
        },
      }
      asked.push(question)
      return { id: `a${asked.length}`, answer, close: question.close, ...(expiresAt === undefined ? {} : { expiresAt }) }
    },
  }
  return { approvals, asked }
}

function setup(needsApproval: NonNullable<ToolDefinition<Payment>['needsApproval']>, given: { approvals?: Approvals; signal?: AbortSignal } = {}) {
  const execute = vi.fn(() => 'paid')
  const pay = defineTool({ name: 'pay', description: 'Pays.', parameters: z.object({ sum: z.number() }), needsApproval, execute })
  const call = { id: 'c1', name: 'pay', arguments: '{"sum":5}' }
  const { approvals, signal = new AbortController().signal } = given
  return { execute, playing: callTool(call, { toolbox: createToolbox([pay]), runId: 'r', signal, approvals }) }
}

async function rest(playing: AsyncGenerator<AgentEvent, ToolOutcome, undefined>): Promise<{ events: AgentEvent[]; outcome: ToolOutcome }> {
  const events: AgentEvent[] = []
  for (let step = await playing.next(); ; step = await playing.next()) {
    if (step.done) return { events, outcome: step.value }
    events.push(step.value)
  }
}

const asks = { type: 'approval_request', approval_id: 'a1', tool_call_id: 'c1', tool_name: 'pay', parameters: { sum: 5 } }
const runs = [
  { type: 'tool_call', tool_name: 'pay', tool_call_id: 'c1', operation: null, parameters: { sum: 5 } },
  { type: 'tool_result', tool_name: 'pay', tool_call_id: 'c1', result: 'paid', success: true },
]
const fails = (error: string) => ({ type: 'tool_error', tool_name: 'pay', tool_call_id: 'c1', error })

test('nothing runs before it is approved; then it runs as any other', async () => {
  const { approvals, asked } = puppetDesk(Date.UTC(2026, 0, 1))
  const { playing, execute } = setup(true, { approvals })
  expect((await playing.next()).value).toEqual({ ...asks, expires_at: '2026-01-01T00:00:00.000Z' })
  const going = rest(playing)
  expect(execute).not.toHaveBeenCalled()
  asked[0]?.answer({ approved: true })
  expect((await going).events).toEqual([{ type: 'approval_response', approval_id: 'a1', approved: true }, ...runs])
  expect(asked[0]?.closed).toBe(true)
})

test('denied: the model is told why, and it is no failure of the tool', async () => {
  const { approvals, asked } = puppetDesk()
  const { playing, execute } = setup(true, { approvals })
  expect((await playing.next()).value).toEqual(asks)
  asked[0]?.answer({ approved: false, reason: 'too dear' })
  const { events, outcome } = await rest(playing)
  expect(events).toEqual([{ type: 'approval_response', approval_id: 'a1', approved: false, reason: 'too dear' }, fails('"pay" was not approved: too dear')])
  expect(outcome).toMatchObject({ status: 'refused', text: 'Error: "pay" was not approved: too dear', parameters: { sum: 5 } })
  expect(execute).not.toHaveBeenCalled()
})

test('X17: where nobody can be asked, nothing that needs approval runs', async () => {
  const { playing, execute } = setup(true)
  expect((await rest(playing)).events).toEqual([fails('"pay" needs approval, and nobody can be asked')])
  expect(execute).not.toHaveBeenCalled()
})

test('X18: arguments that do not fit are refused before anybody is asked', async () => {
  const { approvals, asked } = puppetDesk()
  const pay = defineTool({ name: 'pay', description: '', parameters: z.object({ sum: z.number() }), needsApproval: true, execute: () => 'paid' })
  const call = { id: 'c1', name: 'pay', arguments: '{"sum":"all"}' }
  const playing = callTool(call, { toolbox: createToolbox([pay]), runId: 'r', signal: new AbortController().signal, approvals })
  expect((await rest(playing)).events).toMatchObject([{ type: 'tool_error' }])
  expect(asked).toHaveLength(0)
})

test('S2: a run cancelled while it waits ends at once, runs nothing and takes its question back', async () => {
  const { approvals, asked } = puppetDesk()
  const run = new AbortController()
  const { playing, execute } = setup(true, { approvals, signal: run.signal })
  await playing.next()
  const going = rest(playing)
  run.abort(new DOMException('stop', 'AbortError'))
  await expect(going).rejects.toBe(run.signal.reason)
  expect(asked[0]?.closed).toBe(true)
  expect(execute).not.toHaveBeenCalled()
})

test('leaving early takes the question back', async () => {
  const { approvals, asked } = puppetDesk()
  const { playing } = setup(true, { approvals })
  await playing.next()
  await playing.return(undefined as never)
  expect(asked[0]?.closed).toBe(true)
})

describe('a function decides', () => {
  test('by the arguments as the schema made them and the call', async () => {
    const needsApproval = vi.fn(({ sum }: Payment) => sum > 100)
    const { playing } = setup(needsApproval)
    expect((await rest(playing)).events).toEqual(runs)
    expect(needsApproval.mock.calls[0]).toEqual([{ sum: 5 }, { runId: 'r', toolCallId: 'c1', signal: expect.any(AbortSignal) }])
  })

  test('and may take its time', async () => {
    const { approvals } = puppetDesk()
    expect((await setup(async () => true, { approvals }).playing.next()).value).toEqual(asks)
  })

  test('S10: one that throws lets nothing run', async () => {
    const { approvals, asked } = puppetDesk()
    const { playing, execute } = setup(() => Promise.reject(new Error('no rates')), { approvals })
    expect((await rest(playing)).events).toEqual([fails('Whether "pay" needs approval could not be decided: no rates')])
    expect(asked).toHaveLength(0)
    expect(execute).not.toHaveBeenCalled()
  })

  test('S13: one that hangs does not hold up an aborted run', async () => {
    const run = new AbortController()
    const { playing } = setup(() => new Promise(() => {}), { signal: run.signal })
    const going = rest(playing)
    run.abort()
    await expect(going).rejects.toBe(run.signal.reason)
  })
})
