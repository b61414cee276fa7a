import { describe, expect, test } from 'vitest'
import { createAgentClient } from '../client.ts'
import { immediately } from '../run/schedule.ts'
import { sse } from '../wire/frames/sse.ts'
import { type Faults, faults, faultyFetch } from './faults.ts'

const transcript = [1, 2, 3].map((at) => sse.encode({ id: `k-${at}`, data: `{"type":"token","content":"${at}"}` })).join('')
const bytesOf = async (plan: Faults): Promise<string> => new TextDecoder().decode(await (await plan.fetch('/')).arrayBuffer())
const chunksOf = async (plan: Faults): Promise<string[]> => {
  const reader = (await plan.fetch('/')).body?.getReader()
  const chunks: string[] = []
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) chunks.push(new TextDecoder().decode(read.value))
  } catch (error) {
    chunks.push(String(error))
  }
  return chunks
}

describe('what a plan does to a transcript', () => {
  test('nothing, unless told', async () => expect(await bytesOf(faults(transcript))).toBe(transcript))

  test('cuts, in error or in order', async () => {
    expect(await chunksOf(faults('abcdef').cutAt(3))).toEqual(['abc', 'TypeError: The connection was cut'])
    expect(await chunksOf(faults('abcdef').endAt(3))).toEqual(['abc'])
    expect(await chunksOf(faults('abcdef').splitBytes(2).cutAt(3))).toEqual(['ab', 'c', 'TypeError: The connection was cut'])
  })

  test('splits, by size or by seed, and changes no byte', async () => {
    expect(await chunksOf(faults('abcde').splitBytes(2))).toEqual(['ab', 'cd', 'e'])
    const split = await chunksOf(faults(transcript).split(7))
    expect(split.join('')).toBe(transcript)
    expect(await chunksOf(faults(transcript).split(7))).toEqual(split)
  })

  test('repeats, swaps and renames events', async () => {
    const ids = async (plan: Faults) => (await bytesOf(plan)).match(/(?<=id: ).*/g)
    expect(await ids(faults(transcript).duplicate(1))).toEqual(['k-1', 'k-2', 'k-2', 'k-3'])
    expect(await ids(faults(transcript).reorder())).toEqual(['k-2', 'k-1', 'k-3'])
    expect(await ids(faults(transcript).wrongEpoch(2))).toEqual(['k-1', 'k-2', 'elsewhere-3'])
    const lines = faults('{"$id":"k-1","type":"started"}\n', { contentType: 'application/x-ndjson' })
    expect(await bytesOf(lines.wrongEpoch())).toBe('{"$id":"elsewhere-1","type":"started"}\n')
  })

  test('changes bytes', async () => {
    expect(await bytesOf(faults('a\nb').crlf())).toBe('a\r\nb')
    expect(await bytesOf(faults('abc').flipBit(15))).toBe('acc')
    expect(await bytesOf(faults('abc').oversizedLine(3))).toBe(':xxx\n\nabc')
    expect(await bytesOf(faults('').oversizedEvent(3))).toBe('data: {"type":"token","content":"xxx"}\n\n')
  })

  test('packs, and what a browser unpacks is the same; cut while packed it breaks', async () => {
    expect(await bytesOf(faults(transcript).gzip().splitBytes(5))).toBe(transcript)
    expect(faults(transcript).gzip().response().headers.get('content-encoding')).toBe('gzip')
    await expect(bytesOf(faults(transcript).gzip().cutAt(30))).rejects.toThrow()
  })

  test('lets go of the answer in whose place it puts another', () => {
    for (const instead of [faults().status(503), faults().html200(), faults().redirect('/elsewhere')]) {
      let isLeft = false
      const body = new ReadableStream({
        cancel() {
          isLeft = true
        },
      })
      instead.apply(new Response(body))
      expect(isLeft).toBe(true)
    }
  })

  test('answers something else', async () => {
    const { status, headers } = faults(transcript).redirect('https://elsewhere.test/').response()
    expect([status, headers.get('location')]).toEqual([307, 'https://elsewhere.test/'])
    expect((await faults(transcript).html200().fetch('/')).headers.get('content-type')).toBe('text/html')
    expect(faults().status(429, { 'retry-after': '7' }).response().headers.get('retry-after')).toBe('7')
  })

  test('time passes as it is told to', async () => {
    const waits: number[] = []
    const wait = async (ms: number) => void waits.push(ms)
    expect(await bytesOf(faults('abc', { wait }).stall(5000).slowLoris(700))).toBe('abc')
    expect(waits).toEqual([5000, 700, 700, 700])
  })

  test('a stream that hangs or never ends is given up with its request', async () => {
    for (const plan of [faults('a').halfOpen(), faults('a').endless('b')]) {
      const controller = new AbortController()
      const reader = (await plan.fetch('/', { signal: controller.signal })).body?.getReader()
      expect((await reader?.read())?.value).toEqual(Uint8Array.of(97))
      controller.abort()
      await expect(reader?.read()).rejects.toMatchObject({ name: 'AbortError' })
    }
  })
})

test('a schedule spoils the answers of a real server one by one', async () => {
  const end = sse.encode({ event: 'end', data: '{"outcome":"completed"}' })
  const asked: string[] = []
  const server: typeof globalThis.fetch = async (input, init) => {
    const after = Number(new Headers(init?.headers).get('last-event-id')?.split('-')[1] ?? 0)
    asked.push(`${init?.method} ${input} after ${after}`)
    const body =
      transcript
        .split(/(?<=\n\n)/)
        .slice(after)
        .join('') + end
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const fetch = faultyFetch(server, (attempt) => (attempt < 2 ? faults().cutAt(70) : undefined))
  const run = createAgentClient({ url: '/api', fetch, retry: { baseMs: 0 } }).run('Hello', { runId: 'r', schedule: immediately })
  expect(await run.result()).toMatchObject({ status: 'completed', text: '123' })
  expect(asked).toEqual(['POST /api/agents/default/runs after 0', 'GET /api/runs/r/events after 1', 'GET /api/runs/r/events after 2'])
})
