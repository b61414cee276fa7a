/** Runs whose viewer means to come back. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { puppet } from '../../test/puppet.ts'
import { createMemoryJournal } from './memory-journal.ts'
import { createRunService } from './run-service.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

async function twoViewers() {
  const service = createRunService({ journal: createMemoryJournal(), onDisconnect: 'cancel', disconnectGraceMs: 1000, onError() {} })
  const { agent, contexts, say } = puppet()
  const started = await service.start({ key: 'r', runId: 'r', agent, task: { description: 'go' } })
  const joined = await service.follow('r')
  if (!('view' in started && 'view' in joined)) throw new Error('Nothing to watch')
  say({ type: 'token', content: 'a' })
  await vi.waitFor(() => expect(contexts).toHaveLength(1))
  return { first: started.view, second: joined.view, aborted: () => contexts[0]?.signal.aborted }
}

test('S1 a run that is kept goes on, whoever leaves after that', async () => {
  const { first, second, aborted } = await twoViewers()
  first.close('kept')
  second.close('stopped')
  vi.advanceTimersByTime(10_000)
  expect(aborted()).toBe(false)
})

test('S1 who has left cannot keep it any more', async () => {
  const { first, second, aborted } = await twoViewers()
  first.close()
  first.close('kept')
  second.close()
  vi.advanceTimersByTime(1000)
  expect(aborted()).toBe(true)
})
