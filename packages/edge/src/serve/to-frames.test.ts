import {
  type AgentEvent,
  agenticraftText,
  agUi,
  aiecs,
  type Frame,
  type Framing,
  plainText,
  sse,
  type TwoWayProtocol,
  uiMessageStream,
} from '@agentstream/client/wire'
import { expect, test } from 'vitest'
import type { RunEnd } from '../runs/live-run.ts'
import { encodedFrames } from './to-frames.ts'

const completed: RunEnd = { outcome: 'completed', cursor: 'e-1', digest: '00000000' }
const cut: RunEnd = { outcome: 'truncated', cursor: 'e-1', digest: '00000000' }
const lost: RunEnd = { outcome: 'completed', lost: { type: 'error', error: 'not stored', code: 'journal' } }

function told(protocol: TwoWayProtocol, events: readonly AgentEvent[], end: RunEnd | undefined, framing: Framing = sse) {
  const toFrames = encodedFrames({ encoder: protocol.encoder() }, framing)
  const batch = events.map((event, at) => ({ id: `e-${at + 1}`, event, data: '' }))
  const frames: readonly Frame[] = [...toFrames.push(batch), ...toFrames.end(end)]
  return { frames, last: frames.at(-1), isUntold: toFrames.isUntold() }
}
const token: AgentEvent = { type: 'token', content: 'a' }
const result: AgentEvent = { type: 'result', output: 'a' }
const error: AgentEvent = { type: 'error', error: 'dry' }

test.each([aiecs, agUi, uiMessageStream, agenticraftText])('$name: no frame of ours at the end, and no id where nothing can be continued', (protocol) => {
  for (const end of [completed, cut, lost, undefined]) {
    const { frames } = told(protocol, [token, result], end)
    expect(frames.filter(({ event }) => event === 'end')).toEqual([])
    expect(frames.filter(({ id }) => id === '')).toEqual([])
  }
})

test('a run that was cut, or could not be stored, is an error in the words of the protocol', () => {
  const broke = 'The run broke off before its end'
  expect([cut, undefined, lost].map((end) => JSON.parse(told(agUi, [token], end).last?.data ?? ''))).toMatchObject([
    { type: 'RUN_ERROR', message: broke, code: 'interrupted' },
    { type: 'RUN_ERROR', message: broke, code: 'interrupted' },
    { type: 'RUN_ERROR', message: 'not stored', code: 'journal' },
  ])
  expect(told(uiMessageStream, [token], cut).frames.slice(-2)).toEqual([{ data: JSON.stringify({ type: 'error', errorText: broke }) }, { data: '[DONE]' }])
  expect(told(aiecs, [token], cut).last).toEqual({ data: JSON.stringify({ type: 'error', error: broke, code: 'interrupted', retryable: true }) })
  expect(told(agenticraftText, [token], cut).last).toEqual({ event: 'error', data: broke })
})

test('text without frames has no room for an error: its stream has to break off', () => {
  expect(told(agenticraftText, [token, error], { outcome: 'failed' }, plainText).isUntold).toBe(true)
  expect(told(agenticraftText, [token, error], { outcome: 'failed' }, sse).isUntold).toBe(false)
  expect(told(agenticraftText, [token, result], completed, plainText).isUntold).toBe(false)
})
