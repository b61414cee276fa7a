import { type AgentEvent, createA2a, createA2aV1 } from '@agentstream/client/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEnd, RunView } from '../../runs/live-run.ts'
import { viewTask } from './task-view.ts'

function viewOf(batches: readonly (readonly AgentEvent[])[], end: RunEnd['outcome']): RunView {
  let at = 0
  return {
    async *entries() {
      for (const batch of batches) yield batch.map((event) => ({ id: `e-${++at}`, event, data: '' }))
    },
    end: async () => ({ outcome: end }),
    close() {},
  }
}
const token = (content: string): AgentEvent => ({ type: 'token', content, timestamp: '2026-03-04T09:15:00.000Z' })
const completed: AgentEvent = { type: 'completed', success: true }
const look = async (batches: readonly (readonly AgentEvent[])[], end: RunEnd['outcome'] = 'completed') =>
  (await viewTask({ view: viewOf(batches, end), protocol: createA2a({ taskId: 't' }) })).task

describe('a task', () => {
  test('has its answer as one text, however it was said, in both versions', async () => {
    const pieces = fc.array(fc.array(fc.string(), { maxLength: 4 }), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(pieces, async (batches) => {
        const told = [...batches.map((batch) => batch.map(token)), [completed]]
        const text = batches.flat().join('')
        const parts = text === '' ? [] : [[text]]
        for (const protocol of [createA2a(), createA2aV1()]) {
          const { task, questions } = await viewTask({ view: viewOf(told, 'completed'), protocol })
          const { artifacts } = task as unknown as { artifacts: { parts: { text: string }[] }[] }
          expect(artifacts.map(({ parts: said }) => said.map((part) => part.text)).filter(({ length }) => length > 0)).toEqual(parts)
          expect(questions.size).toBe(0)
        }
      }),
    )
  })

  test('has the words of its last status, and nothing that was told on the way', async () => {
    const call: AgentEvent = { type: 'tool_call', tool_name: 'tide', parameters: {}, tool_call_id: 'c' }
    expect(await look([[{ type: 'started', thread_id: 'harbour' }, call], [{ type: 'error', error: 'dry' }]], 'failed')).toMatchObject({
      kind: 'task',
      id: 't',
      contextId: 'harbour',
      status: { state: 'failed', message: { parts: [{ kind: 'text', text: 'dry' }] } },
      artifacts: [],
    })
  })

  test('that was cut has failed', async () => expect(await look([[token('High')]], 'truncated')).toMatchObject({ status: { state: 'failed' } }))

  test('asks until every question is answered', async () => {
    const ask = (id: string): AgentEvent => ({ type: 'approval_request', approval_id: id, tool_name: `pay_${id}`, parameters: {} })
    const answer = (id: string): AgentEvent => ({ type: 'approval_response', approval_id: id, approved: true })
    const upTo = async (...events: AgentEvent[]) => {
      const { task, questions } = await viewTask({ view: viewOf([events], 'completed'), protocol: createA2a(), isEnough: () => true })
      return [task?.['status'], [...questions]]
    }
    expect(await upTo(ask('a'), ask('b'))).toMatchObject([{ state: 'input-required' }, ['a', 'b']])
    expect(await upTo(ask('a'), ask('b'), answer('b'))).toMatchObject([
      { state: 'input-required', message: { parts: [{ text: 'May pay_a be called?' }, {}] } },
      ['a'],
    ])
    expect(await upTo(ask('a'), answer('a'))).toMatchObject([{ state: 'working' }, []])
  })
})
