import type { AgentEvent } from '@agentstream/client'
import { waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { acting, completed, withoutComplaints } from '../test/harness.tsx'
import { openedStream, openedTask } from '../test/opened.tsx'

withoutComplaints()

const asked = (id: string): AgentEvent => ({ type: 'approval_request', approval_id: id, tool_call_id: 'c1', tool_name: 'pay', parameters: { sum: 5 } })

test('an answer goes to the turn that asked, also when it is not the last', async () => {
  const { server, send, stream } = openedStream()
  const first = send('pay')
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(asked('a-1'))
  await waitFor(() => expect(stream().status).toBe('waiting'))
  send('something else')
  await waitFor(() => expect(server.runs).toHaveLength(2))
  await stream().respond('a-1', { approved: false, reason: 'too dear' })
  expect(server.requests.at(-1)).toEqual({ method: 'POST', url: `https://agents.test/runs/${first.id}/approvals/a-1` })
})

test('an answer nobody asked for, or without a run, rejects', async () => {
  const { server, send, stream } = openedStream()
  await expect(stream().respond('a-1', { approved: true })).rejects.toMatchObject({ code: 'agent' })
  expect(server.requests).toEqual([])
  send('hello')
  await waitFor(() => expect(server.runs).toHaveLength(1))
  await expect(stream().respond('unknown', { approved: true })).rejects.toMatchObject({ code: 'http', status: 404 })
})

test('a task is answered by whoever shows it', async () => {
  const { server, stream } = openedTask('pay')
  await waitFor(() => expect(server.runs).toHaveLength(1))
  server.run(0).send(asked('a-2'))
  await waitFor(() => expect(stream().state.approvals).toMatchObject([{ id: 'a-2', status: 'waiting' }]))
  await stream().respond('a-2', { approved: true })
  expect(server.requests.at(-1)?.url).toBe(`https://agents.test/runs/${server.run(0).id}/approvals/a-2`)
  const { stream: nothing } = openedTask(undefined)
  await expect(nothing().respond('a-2', { approved: true })).rejects.toMatchObject({ code: 'agent' })
})

test('turns belong to the session of the options, unless their task names its own', async () => {
  const { server, send, stream } = openedStream({ sessionId: 's-1' })
  send('plain')
  acting(() => stream().send({ description: 'a task' }))
  acting(() => stream().send({ description: 'elsewhere', sessionId: 's-2' }))
  await waitFor(() => expect(server.runs).toHaveLength(3))
  expect(server.runs.map(({ body }) => body.task)).toMatchObject([
    { description: 'plain', session_id: 's-1' },
    { description: 'a task', session_id: 's-1' },
    { description: 'elsewhere', session_id: 's-2' },
  ])
  for (const run of server.runs) run.send(completed)
  expect(stream().turns[0]?.input).toBe('plain')
})
