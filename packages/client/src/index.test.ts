import { expect, test } from 'vitest'
import * as front from './index.ts'
import * as testing from './testing.ts'
import * as wire from './wire.ts'

// A name that appears here by accident is public for ever: every change to these lists is meant.
test('the front door', () => {
  expect(Object.keys(front).sort()).toMatchInlineSnapshot(`
    [
      "AgentStreamError",
      "HttpError",
      "LimitError",
      "ProtocolError",
      "StreamInterruptedError",
      "StreamTimeoutError",
      "agentorSocketTransport",
      "bufferBy",
      "collect",
      "createAgentClient",
      "createAgentSession",
      "createDawpConsumer",
      "effectiveLoopScope",
      "eventTime",
      "fetchTransport",
      "fieldStatus",
      "filterEvents",
      "forgetConversation",
      "immediately",
      "inProcessTransport",
      "initialRunState",
      "isAgentStreamError",
      "mergeRuns",
      "perFrame",
      "randomId",
      "readConversation",
      "reduceRun",
      "selectArguments",
      "selectDawpRuns",
      "selectIterations",
      "selectMetrics",
      "selectText",
      "selectThinking",
      "selectToolCalls",
      "selectWaitingApprovals",
      "socketTransport",
      "splitThinking",
      "textOf",
      "toAgentStreamError",
      "withTimeout",
    ]
  `)
})

test('the wire door', () => {
  expect(Object.keys(wire)).toEqual(expect.arrayContaining(['aiecs', 'sse', 'ndjson', 'parseEvent', 'watchEnding', 'stageReader']))
})

test('the testing door', () => {
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "faults",
      "faultyFetch",
      "mockStream",
      "scriptedClient",
      "scriptedFetch",
      "scriptedRun",
    ]
  `)
})

test('an error of another copy of this package is recognised', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('agentstream.error')]: true, code: 'http', retryable: false })
  expect(front.isAgentStreamError(foreign)).toBe(true)
  expect(front.toAgentStreamError(foreign)).toBe(foreign)
  expect(front.isAgentStreamError(new Error('x'))).toBe(false)
  expect(front.toAgentStreamError('x')).toMatchObject({ code: 'interrupted', cause: 'x', retryable: true })
})
