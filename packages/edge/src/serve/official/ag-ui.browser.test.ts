/** The official AG-UI client, unmodified, in a real browser; it talks over HTTP to our handler behind a real server. */
import { HttpAgent } from '@ag-ui/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands } from 'vitest/browser'

let url: string
beforeEach(async () => {
  url = await commands.serve(location.origin)
})
afterEach(() => commands.close(url))

function ask(content: string): HttpAgent {
  const agent = new HttpAgent({ url: `${url}/ag-ui`, threadId: 't-1' })
  agent.addMessage({ id: 'm-1', role: 'user', content })
  return agent
}

test('text, reasoning and tools become its messages', async () => {
  const { newMessages } = await ask('tides').runAgent()
  expect(newMessages).toMatchObject([
    { role: 'reasoning', content: 'The moon decides.' },
    { role: 'assistant', content: 'Let me look. ', toolCalls: [{ id: 'c1' }, { id: 'c2' }] },
    { role: 'tool', toolCallId: 'c1' },
    { role: 'tool', toolCallId: 'c2' },
    { role: 'assistant', content: 'High water at six.' },
  ])
})

test('it is told why a run failed', async () => {
  const errors: string[] = []
  await ask('break').runAgent({}, { onRunErrorEvent: ({ event }) => void errors.push(event.message) })
  expect(errors).toEqual(['The gauge is dry'])
})

test('leaving stops the model', async () => {
  const agent = ask('wait')
  await agent.runAgent({}, { onTextMessageContentEvent: () => agent.abortRun() })
  await expect.poll(() => commands.aborted(url)).toEqual([true])
})
