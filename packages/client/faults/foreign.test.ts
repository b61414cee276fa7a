import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createAgentClient, immediately } from '../src/index.ts'
import { type ScriptedResponse, scriptedFetch } from '../src/testing.ts'
import { agenticraftText, agentorChat, type Protocol } from '../src/wire.ts'

const transcript = (path: string): string => readFileSync(new URL(`../conformance/${path}`, import.meta.url), 'utf8')
const stream = { 'content-type': 'text/event-stream' }

async function stateOf(protocol: Protocol, response: ScriptedResponse) {
  const { fetch } = scriptedFetch(response)
  const run = createAgentClient({ url: '/api', fetch, protocol }).run('x', { schedule: immediately })
  await run.result().catch(() => {})
  return run.getSnapshot()
}

describe('servers of other houses, through the same client', () => {
  test('N58: Agentor’s indented JSON labelled as an event stream is read by its own protocol', async () => {
    const state = await stateOf(agentorChat, { headers: stream, body: transcript('agentor/chat-01-text.txt') })
    expect(state).toMatchObject({ status: 'completed', integrity: 'unverified' })
  })

  test('a protocol without a terminal event is completed by a clean end, and unverified', async () => {
    const state = await stateOf(agenticraftText, { headers: stream, body: 'data: Hello\n\ndata:  there\n\n' })
    expect(state).toMatchObject({ status: 'completed', integrity: 'unverified', output: 'Hello there' })
  })

  test('N2: and truncated by any other end', async () => {
    const state = await stateOf(agenticraftText, { headers: stream, body: ['data: Hello\n\n', new TypeError('terminated')] })
    expect(state).toMatchObject({ status: 'truncated', main: { parts: [{ text: 'Hello' }] } })
  })
})
