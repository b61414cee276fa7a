import type { AgentEvent } from '@agentstream/client/wire'
import { describe, expect, test } from 'vitest'
import type { RunView } from '../../runs/live-run.ts'
import { type UntilAskedOptions, untilAsked } from './until-asked.ts'

const token: AgentEvent = { type: 'token', content: 'x' }
const ask = (id: string): AgentEvent => ({ type: 'approval_request', approval_id: id, tool_name: 'pay', parameters: {} })
const answer = (id: string): AgentEvent => ({ type: 'approval_response', approval_id: id, approved: true })

function watch(batches: readonly (readonly AgentEvent[])[], options: Partial<UntilAskedOptions> = {}) {
  const seen = { read: 0, closed: [] as unknown[] }
  let at = 0
  const view: RunView = {
    async *entries() {
      for (const batch of batches) {
        seen.read++
        yield batch.map((event) => ({ id: `e-${++at}`, event, data: '' }))
      }
    },
    end: async () => ({ outcome: 'completed', cursor: `e-${at}` }),
    close: (how) => void seen.closed.push(how),
  }
  const asked = untilAsked(view, { reached: 0, isOpen: () => true, ...options })
  const read = async () => {
    const told: string[] = []
    let last: string | undefined
    for await (const batch of asked.view.entries())
      for (const entry of batch) {
        const name = entry.event.type === 'approval_request' ? entry.event.approval_id : entry.event.type
        told.push(name)
        if (asked.isLast(name)) last = entry.id
      }
    return { told, last }
  }
  return { ...asked, read, seen }
}

describe('a stream', () => {
  test('ends at the last question of a batch, and what comes after it is for the next one', async () => {
    const { read, view } = watch([[token], [ask('a'), token, ask('b'), token], [token]])
    expect(await read()).toEqual({ told: ['token', 'a', 'token', 'b'], last: 'e-4' })
    expect(await view.end()).toEqual({ outcome: 'completed' })
  })

  test('goes on where a question was answered at once, and ends as its run does', async () => {
    const { read, view } = watch([[ask('a'), answer('a')], [token]])
    expect(await read()).toEqual({ told: ['a', 'approval_response', 'token'], last: undefined })
    expect(await view.end()).toEqual({ outcome: 'completed', cursor: 'e-3' })
  })

  test('knows what was answered only where the run was when it was asked', async () => {
    const long = [[ask('a')], [answer('a'), token], [ask('b')], [answer('b'), token]]
    expect((await watch(long, { reached: 4, isOpen: (question) => question !== 'b' }).read()).told).toHaveLength(6)
    expect(await watch(long.slice(0, 3), { reached: 4 }).read()).toEqual({ told: ['a', 'approval_response', 'token', 'b'], last: 'e-4' })
  })

  test('that is cut before that place tells what it has', async () => {
    expect((await watch([[token], [ask('a')]], { reached: 9 }).read()).told).toEqual(['token', 'a'])
  })
})

describe('leaving', () => {
  test('before a question leaves the run', () => {
    const { view, seen } = watch([[token]])
    view.close('stopped')
    expect(seen.closed).toEqual(['stopped'])
  })

  test('at a question leaves the run to go on', async () => {
    const { view, seen, read } = watch([[ask('a')], [answer('a')], [token]])
    await read()
    view.close()
    expect(seen).toEqual({ read: 1, closed: ['kept'] })
  })
})
