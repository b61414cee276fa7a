/** What any client must at least do, one layer at a time, and what ours does. Each reads a whole stream and answers its text's length. */
import { createAgentClient, selectText } from '@agentstream/client'
import { createParser } from 'eventsource-parser'
import { streamOf } from './streams.ts'

export type Layer = (chunks: readonly Uint8Array[]) => Promise<number>

export async function eachChunk(body: ReadableStream<Uint8Array>, use: (chunk: Uint8Array) => void): Promise<void> {
  const reader = new Response(body, { headers: { 'content-type': 'text/event-stream' } }).body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) use(read.value)
}

export function parsed(onData: (data: string) => void): { push(chunk: Uint8Array): void } {
  const utf8 = new TextDecoder()
  const parser = createParser({ onEvent: (event) => onData(event.data) })
  return { push: (chunk) => parser.feed(utf8.decode(chunk, { stream: true })) }
}

export const layers: Readonly<Record<string, Layer>> = {
  'read bytes': async (chunks) => {
    let length = 0
    await eachChunk(streamOf(chunks), (chunk) => {
      length += chunk.length
    })
    return length
  },
  '+ TextDecoder': async (chunks) => {
    const utf8 = new TextDecoder()
    let length = 0
    await eachChunk(streamOf(chunks), (chunk) => {
      length += utf8.decode(chunk, { stream: true }).length
    })
    return length
  },
  '+ eventsource-parser': async (chunks) => {
    let length = 0
    const { push } = parsed((data) => {
      length += data.length
    })
    await eachChunk(streamOf(chunks), push)
    return length
  },
  '+ JSON.parse + append': async (chunks) => {
    let text = ''
    const { push } = parsed((data) => {
      const event = JSON.parse(data)
      if (event.type === 'token') text += event.content
    })
    await eachChunk(streamOf(chunks), push)
    return text.length
  },
  'AgentStream: validated state': async (chunks) => {
    const fetch = async (): Promise<Response> => new Response(streamOf(chunks), { headers: { 'content-type': 'text/event-stream' } })
    const { state, text } = await createAgentClient({ url: 'bench:', fetch }).run('x').result()
    if (state.status !== 'completed') throw new Error(`The run ended ${state.status}`)
    return text.length || selectText(state).length
  },
}

export const baseline = '+ JSON.parse + append'
export const ours = 'AgentStream: validated state'
