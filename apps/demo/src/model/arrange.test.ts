import type { DawpRunState, Part, RunState } from '@agentstream/client'
import { expect, test } from 'vitest'
import { arrange } from './arrange.ts'

const text = (iteration: number): Part => ({ kind: 'text', iteration, text: 'words', open: false })
const tool = (iteration: number, toolName: string): Part => ({
  kind: 'tool',
  iteration,
  id: `${iteration}`,
  toolName,
  status: 'done',
  argumentsText: '',
})
const dawp = (runId: string, placement?: string): DawpRunState => ({ runId, open: false, steps: [], ...(placement ? { placement } : {}) })
const state = (parts: readonly Part[], dawpRuns: readonly DawpRunState[]): Pick<RunState, 'main' | 'dawpRuns'> => ({ main: { iteration: 1, parts }, dawpRuns })
const keys = (...given: Parameters<typeof state>) => arrange(state(...given)).map((section) => section.key)

test('a run before the main loop stands first, also when nobody announced it', () => {
  expect(keys([text(1)], [dawp('a', 'pre_main_loop'), dawp('b')])).toEqual(['dawp a', 'dawp b', 'round 0'])
})

test('a triggered run stands behind the response that triggered it', () => {
  expect(keys([tool(1, 'tide'), text(2), text(3)], [dawp('a', 'on_response_trigger')])).toEqual(['round 0', 'round 1', 'dawp a', 'round 2'])
})

test('an inline run stands behind the call that asked for it', () => {
  expect(keys([tool(1, 'tide'), tool(2, 'dawp_start'), text(3)], [dawp('a', 'inline')])).toEqual(['round 0', 'round 1', 'dawp a', 'round 2'])
})

test('a run without a place is shown all the same', () => {
  expect(keys([], [dawp('a', 'inline')])).toEqual(['dawp a'])
})
