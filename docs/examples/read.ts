import { createAgentClient, selectText } from '@agentstream/client'

const client = createAgentClient({ url: '/api' })

export async function print(question: string, signal: AbortSignal) {
  for await (const event of client.stream(question, { agent: 'harbour', signal })) {
    if (event.type === 'token') console.log(event.content)
  }
}

export async function watch(question: string) {
  const run = client.run(question, { agent: 'harbour' })
  run.subscribe(() => console.log(run.getSnapshot().status, selectText(run.getSnapshot())))
  const { status, output } = await run.result()
  return { status, output }
}
