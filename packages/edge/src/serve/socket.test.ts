/** The handler behind a real socket: what a client does to its connection, and what reaches the agent. */
import { request } from 'node:http'
import type { AgentEvent } from '@agentstream/client/wire'
import { afterEach, describe, expect, test } from 'vitest'
import { startServer } from '../../test/node-server.ts'
import type { Agent, RunContext } from '../agents/agent.ts'
import { createAgentHandler } from './handler.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function listen(run: (context: RunContext) => AsyncIterable<AgentEvent>): Promise<string> {
  const agent: Agent = { name: 'a', info: { name: 'a', tools: [], supportsStreaming: true }, run: (_, context) => run(context) }
  const handler = createAgentHandler({ agents: { a: agent }, disconnectGraceMs: 0 })
  const { url, close } = await startServer(handler)
  closers.push(close)
  return url
}

const start = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"run_id":"r","task":{"description":"go"}}' }

describe('over a real socket', () => {
  test('S1 L1 L2 a client that disconnects aborts the agent within half a second', async () => {
    const { promise: aborted, resolve: onAborted } = settled<number>()
    const url = await listen(async function* ({ signal }) {
      yield { type: 'token', content: 'a' }
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      onAborted(performance.now())
    })
    // A raw request: destroying it closes the socket, as a closed tab does.
    const outgoing = request(`${url}/agents/a/runs`, { method: 'POST', headers: start.headers })
    outgoing.on('error', () => {})
    const left = settled<number>()
    outgoing.on('response', (response) => {
      let seen = ''
      response.on('error', () => {})
      response.on('data', (chunk) => {
        seen += String(chunk)
        if (!seen.includes('"a"')) return
        left.resolve(performance.now())
        outgoing.destroy()
      })
    })
    outgoing.end(start.body)
    expect((await aborted) - (await left.promise)).toBeLessThan(500)
    const status = await fetch(`${url}/runs/r`)
    expect(await status.json()).toMatchObject({ run_id: 'r', status: 'cancelled' })
  })

  test('S27 bytes arrive as the agent speaks, the first before it has said anything', async () => {
    const said: (() => void)[] = []
    const url = await listen(async function* () {
      for (const content of ['one', 'two', 'three']) {
        await new Promise<void>((resolve) => said.push(resolve))
        yield { type: 'token', content }
      }
      yield { type: 'completed', success: true }
    })
    const response = await fetch(`${url}/agents/a/runs`, start)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    const states: (string | undefined)[] = [(await reader?.read())?.value]
    for (let n = 0; n < 3; n++) {
      said[n]?.()
      states.push((await reader?.read())?.value)
    }
    expect(states[0]).toBe(':\n\n')
    expect(states.slice(1, 3).map((state) => /"content":"(\w+)"/.exec(state ?? '')?.[1])).toEqual(['one', 'two'])
    expect(states[3]).toContain('"three"')
    let rest = ''
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) rest += chunk.value
    expect(states[3] + rest).toContain('event: end\ndata: {"outcome":"completed"')
  })

  test('S2 DELETE on another connection stops the agent and ends the stream', async () => {
    const seen: { signal?: AbortSignal } = {}
    const url = await listen(async function* ({ signal }) {
      seen.signal = signal
      yield { type: 'token', content: 'a' }
      // Ignores its signal: the run ends all the same.
      await new Promise(() => {})
    })
    const response = await fetch(`${url}/agents/a/runs`, start)
    const receipt = await fetch(`${url}/runs/r`, { method: 'DELETE' })
    expect(await receipt.json()).toEqual({ outcome: 'cancelled' })
    expect(seen.signal?.aborted).toBe(true)
    const text = await response.text()
    expect(text).toContain('"type":"cancelled"')
    expect(text).toContain('event: end\ndata: {"outcome":"cancelled"')
  })
})

function settled<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve = (_: T): void => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
