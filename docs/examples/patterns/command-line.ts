import { createAgentClient, textOf } from '@agentstream/client'

/** `node ask.ts 'When is high water?'`: the answer as it is written; Ctrl-C stops it, on the server too. */
export async function ask(url: string, question: string, { write, signal }: { write: (text: string) => void; signal: AbortSignal }) {
  const client = createAgentClient({ url })
  for await (const piece of textOf(client.stream(question, { signal }))) write(piece)
  write(signal.aborted ? '\n(stopped)\n' : '\n')
}

// In a program: ask(url, question, { write: (text) => process.stdout.write(text), signal: stop.signal })
// with: process.once('SIGINT', () => stop.abort())
