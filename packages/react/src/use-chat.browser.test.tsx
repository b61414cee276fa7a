/** The AI SDK's `useChat`, unmodified and rendered in a real browser; it talks over HTTP to our handler behind a real server. */

import { useChat } from '@ai-sdk/react'
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react'
import { DefaultChatTransport, isReasoningUIPart, isTextUIPart, isToolUIPart, type UIMessage } from 'ai'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands } from 'vitest/browser'

configure({ asyncUtilTimeout: 10_000 })
// Commits come from a stream, outside of what `act` could know of.
const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }
let url: string
beforeEach(async () => {
  environment.IS_REACT_ACT_ENVIRONMENT = false
  url = await commands.serve(location.origin)
})
afterEach(async () => {
  cleanup()
  await commands.close(url)
})

function Chat({ transport }: { readonly transport: DefaultChatTransport<UIMessage> }) {
  const { messages, sendMessage, stop, status, error } = useChat({ transport })
  const parts = messages.flatMap((message) => (message.role === 'assistant' ? message.parts : []))
  return (
    <>
      {['tides', 'break', 'wait'].map((text) => (
        <button key={text} type="button" onClick={() => void sendMessage({ text })}>
          {text}
        </button>
      ))}
      <button type="button" onClick={() => void stop()}>
        stop
      </button>
      <output>{status}</output>
      <p role="alert">{error?.message}</p>
      <p role="note">{parts.filter(isReasoningUIPart).map(({ text }) => text)}</p>
      <p role="log">{parts.filter(isTextUIPart).map(({ text }) => text)}</p>
      <ul>
        {parts.filter(isToolUIPart).map((part) => (
          <li key={part.toolCallId}>{`${part.type}: ${part.state}`}</li>
        ))}
      </ul>
    </>
  )
}

function show() {
  render(<Chat transport={new DefaultChatTransport({ api: `${url}/ui-message-stream` })} />)
  const say = (text: string) => fireEvent.click(screen.getByRole('button', { name: text }))
  const until = (status: string) => screen.findByText(status, { selector: 'output' })
  const text = (role: string) => screen.getByRole(role).textContent
  return { say, until, text }
}

test('useChat shows text, reasoning, and tools with their results and errors', async () => {
  const { say, until, text } = show()
  say('tides')
  await screen.findByText('Let me look. High water at six.')
  await until('ready')
  expect(text('note')).toBe('The moon decides.')
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['tool-tide: output-available', 'tool-chart: output-error'])
  expect(text('alert')).toBe('')
})

test('useChat shows why a run failed', async () => {
  const { say, until, text } = show()
  say('break')
  await until('error')
  expect([text('alert'), text('log')]).toEqual(['The gauge is dry', 'High '])
})

test('stop of useChat stops the model', async () => {
  const { say, until, text } = show()
  say('wait')
  await screen.findByText('High', { exact: false, selector: '[role=log]' })
  say('stop')
  await until('ready')
  await expect.poll(() => commands.aborted(url)).toEqual([true])
  expect(text('log')).toBe('High ')
})
