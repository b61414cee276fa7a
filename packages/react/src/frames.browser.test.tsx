import { createAgentClient } from '@agentstream/client'
import { scriptedFetch } from '@agentstream/client/testing'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, render, screen, waitFor } from '@testing-library/react'
import { Profiler, StrictMode } from 'react'
import { afterEach, expect, test } from 'vitest'
import { AgentClientProvider, type AgentStream, useAgentStream } from './index.ts'

afterEach(cleanup)

const tokens = 5000
const perMs = 2
const word = (at: number): string => `w${at} `

/** 5,000 tokens over 2.5 seconds, several chunks to a frame. Time is the subject here. */
function* chunks(): Generator<string | Promise<unknown>> {
  const start = performance.now()
  for (let at = 0; at < tokens; ) {
    yield new Promise((resolve) => setTimeout(resolve, 1))
    const due = Math.min(tokens, Math.ceil((performance.now() - start) * perMs))
    let chunk = ''
    for (; at < due; at++) chunk += `data: ${JSON.stringify({ type: 'token', content: word(at) })}\n\n`
    yield chunk
  }
  yield 'data: {"type":"completed","success":true,"execution_time":2.5}\n\n'
}

test('L16: 5,000 tokens in 2.5 s: at most one commit per animation frame, and not a letter lost', async () => {
  let commits = 0
  let stream: AgentStream | undefined
  const Answer = () => {
    stream = useAgentStream()
    return <output>{stream.text}</output>
  }
  const client = createAgentClient({ url: 'https://agents.test', fetch: scriptedFetch({ body: { [Symbol.iterator]: chunks } }).fetch })
  render(
    <StrictMode>
      <QueryClientProvider client={new QueryClient()}>
        <AgentClientProvider client={client}>
          <Profiler id="answer" onRender={() => commits++}>
            <Answer />
          </Profiler>
        </AgentClientProvider>
      </QueryClientProvider>
    </StrictMode>,
  )
  commits = 0
  let frames = 0
  let isCounting = true
  const count = (): void => {
    frames++
    if (isCounting) requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  act(() => void stream?.send('Write a lot'))
  const result = await stream?.run?.result()
  await waitFor(() => expect(screen.getByRole('status').textContent).toBe(result?.text))
  isCounting = false

  expect(result).toMatchObject({ status: 'completed', text: Array.from({ length: tokens }, (_, at) => word(at)).join('') })
  expect(commits).toBeLessThanOrEqual(frames + 3)
  // A page that stood still would keep the ratio, too.
  expect(commits).toBeGreaterThan(10)
}, 30_000)
