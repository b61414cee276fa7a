import { type AgentClient, bufferBy, textOf } from '@agentstream/client'

/** Ten pieces at a time, or what there is after a quarter of a second. */
export async function inBatches(client: AgentClient, question: string, send: (text: string) => void) {
  for await (const pieces of bufferBy(textOf(client.stream(question)), { count: 10, maxWaitMs: 250 })) send(pieces.join(''))
}

/** Whole words only, for a voice that reads along. */
export async function inWords(client: AgentClient, question: string, say: (text: string) => void) {
  const endsWord = (piece: string) => /\s$/.test(piece)
  for await (const pieces of bufferBy(textOf(client.stream(question)), { endsWith: endsWord })) say(pieces.join(''))
}
