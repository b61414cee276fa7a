/** The official A2A client, unmodified, in a real browser, on a page of another origin than the server's. */
import { SendMessageRequest, type StreamResponse, TaskState } from '@a2a-js/sdk'
import { ClientFactory } from '@a2a-js/sdk/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { commands } from 'vitest/browser'

let url: string
beforeEach(async () => {
  url = await commands.serve(location.origin)
})
afterEach(() => commands.close(url))

// Its address is found by the card, and its calls ask the browser for a preflight: they are JSON, and name their version.
const connect = () => new ClientFactory().createFromUrl(`${url}/`)
const message = (text: string, more: object = {}) =>
  SendMessageRequest.fromJSON({ message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...more } })

async function* statesOf(stream: AsyncIterable<StreamResponse>) {
  for await (const { payload } of stream)
    if (payload?.$case === 'statusUpdate') yield { state: payload.value.status?.state, taskId: payload.value.taskId, contextId: payload.value.contextId }
}

test('it finds the agent, streams, is asked, answers and is told the rest', async () => {
  const client = await connect()
  let asked: object = {}
  for await (const { state, taskId, contextId } of statesOf(client.sendMessageStream(message('pay')))) asked = { state, taskId, contextId }
  expect(asked).toMatchObject({ state: TaskState.TASK_STATE_INPUT_REQUIRED })
  let last: TaskState | undefined
  for await (const { state } of statesOf(client.sendMessageStream(message('yes', asked)))) last = state
  expect(last).toBe(TaskState.TASK_STATE_COMPLETED)
})

test('it cancels', async () => {
  const client = await connect()
  for await (const { payload } of client.sendMessageStream(message('wait'))) {
    if (payload?.$case !== 'artifactUpdate') continue
    const { taskId: id } = payload.value
    expect((await client.cancelTask({ tenant: '', id, metadata: undefined })).status?.state).toBe(TaskState.TASK_STATE_CANCELED)
    break
  }
  expect(await commands.aborted(url)).toEqual([true])
})

test('it is told what it may not do', async () => {
  const client = await connect()
  await expect(client.getTask({ tenant: '', id: 'nobody' })).rejects.toMatchObject({ envelopeCode: -32001 })
})
