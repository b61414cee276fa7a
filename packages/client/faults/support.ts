/** What the fault tests share: runs of scripted streams, and what they end in. */

import { afterEach, beforeEach, expect } from 'vitest'
import { type AgentClientOptions, type AgentRun, createAgentClient, HttpError, immediately } from '../src/index.ts'
import { type ScriptedResponse, scriptedFetch } from '../src/testing.ts'

export const done = 'data: {"type":"status","status":"started"}\n\ndata: {"type":"token","content":"Hi"}\n\ndata: {"type":"result","output":"Hi"}\n\n'
export const html = { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in</title>' }
export const text = (content: string): string => `data: ${JSON.stringify({ type: 'token', content })}\n\n`
export const hanging = { body: [text('Hi')], hangs: true }

/** What a run of this script ends in: its error, its state, and what was asked for. */
export async function runOf(script: readonly (ScriptedResponse | Error)[], options: Record<string, unknown> = {}) {
  const { fetch, requests } = scriptedFetch(...script)
  const client = createAgentClient({ url: 'https://agents.test/api', fetch, retry: { baseMs: 0, maxMs: 0 }, ...options })
  const run = client.run('Hello', { schedule: immediately })
  const error = await run.result().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return { error, state: run.getSnapshot(), requests }
}

export function httpError(error: unknown): HttpError {
  expect(error).toBeInstanceOf(HttpError)
  return error as HttpError
}

/** A client whose streams come from a script, and whose DELETE answers as told. */
export function clientOf(
  streams: readonly (ScriptedResponse | Error)[],
  receipt: () => Promise<Response> | Response = () => Response.json({ outcome: 'cancelled' }),
  options: Partial<AgentClientOptions> = {},
) {
  const script = scriptedFetch(...streams)
  const deleted: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (init?.method !== 'DELETE') return script.fetch(input, init)
    deleted.push(String(input))
    return receipt()
  }
  return { client: createAgentClient({ url: '/api', fetch, retry: { baseMs: 60_000, maxMs: 60_000 }, ...options }), requests: script.requests, deleted }
}

/** Resolves when the run shows what is waited for. */
export function shows(run: AgentRun, test: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (test()) resolve()
    }
    run.subscribe(look)
    look()
  })
}

/** Every test of the file fails that leaves a rejection nobody handled. */
export function failOnUnhandled(): void {
  let unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  beforeEach(() => {
    unhandled = []
    process.on('unhandledRejection', note)
  })
  afterEach(async () => {
    // A rejection is told after the microtasks in which it could still be handled.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled, 'L20: no unhandled rejection in any scenario').toEqual([])
  })
}
