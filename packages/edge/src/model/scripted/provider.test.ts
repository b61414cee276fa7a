import { expect, test } from 'vitest'
import { ProviderError } from '../../errors.ts'
import type { ModelDelta } from '../provider.ts'
import { type ScriptedOptions, type ScriptedTurn, scriptedProvider } from './provider.ts'

const request = { messages: [{ role: 'user', text: 'Hi' }] } as const
const open = (): AbortSignal => new AbortController().signal

async function play(script: readonly ScriptedTurn[], options?: ScriptedOptions): Promise<ModelDelta[]> {
  const deltas: ModelDelta[] = []
  for await (const delta of scriptedProvider(script, options).stream(request, { signal: open() })) deltas.push(delta)
  return deltas
}

test('pieces become deltas, and the finish follows from them', async () => {
  expect(await play([['Hel', 'lo', { thinking: 'hm' }, { usage: { inputTokens: 1, outputTokens: 2 } }]])).toEqual([
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
    { type: 'thinking', text: 'hm' },
    { type: 'usage', usage: { inputTokens: 1, outputTokens: 2 } },
    { type: 'finish', reason: 'stop' },
  ])
  expect((await play([[{ finish: 'length' }]])).length).toBe(1)
})

test('arguments come in fragments, valid or not', async () => {
  expect(
    await play([
      [
        { tool: 'tide', id: 'a', arguments: { port: 'Brest' }, fragmentLength: 10 },
        { tool: 'wind', arguments: '{"broken' },
      ],
    ]),
  ).toEqual([
    { type: 'tool_call', index: 0, id: 'a', name: 'tide' },
    { type: 'tool_call', index: 0, arguments: '{"port":"B' },
    { type: 'tool_call', index: 0, arguments: 'rest"}' },
    { type: 'tool_call', index: 1, name: 'wind' },
    { type: 'tool_call', index: 1, arguments: '{"broken' },
    { type: 'finish', reason: 'tool_calls' },
  ])
})

test('a turn can be made from the request, and one function can play every turn', async () => {
  const provider = scriptedProvider(async function* ({ messages }) {
    yield `${messages.length} message`
  })
  for (let turn = 0; turn < 2; turn++) for await (const _ of provider.stream(request, { signal: open() }));
  expect(provider.calls).toEqual([
    { request, aborted: false, finished: true },
    { request, aborted: false, finished: true },
  ])
})

test('it fails where the script says so, and when the script is over', async () => {
  await expect(play([['a', { fail: new ProviderError('scripted', 'torn', { retryable: true }) }]])).rejects.toThrow('torn')
  await expect(play([])).rejects.toThrow('The script of scripted has 0 turns and was asked for one more')
})

test('a stall lasts until the abort, and is recorded as aborted', async () => {
  const provider = scriptedProvider([['a', { stall: true }]])
  const controller = new AbortController()
  const reading = (async () => {
    for await (const _ of provider.stream(request, { signal: controller.signal })) controller.abort('stop')
  })()
  await expect(reading).rejects.toBe('stop')
  expect(provider.calls).toMatchObject([{ aborted: true, finished: false }])
})

test('pacing comes before every delta, and an abort cuts it short', async () => {
  let paces = 0
  await play([['a', 'b']], { pace: async () => void paces++ })
  expect(paces).toBe(3)
  const controller = new AbortController()
  const slow = scriptedProvider([['a']], { pace: () => new Promise(() => {}) })
  const reading = slow.stream(request, { signal: controller.signal })[Symbol.asyncIterator]().next()
  controller.abort('stop')
  await expect(reading).rejects.toBe('stop')
})

test.each([
  ['a list', ['a', 'b', 'c']],
  ['a text', 'abc'],
])('%s is said at once, and still nothing of it is heard after an abort', async (_, pieces) => {
  const provider = scriptedProvider([pieces])
  const controller = new AbortController()
  const said = provider.stream(request, { signal: controller.signal })[Symbol.asyncIterator]()
  expect(await said.next()).toEqual({ done: false, value: { type: 'text', text: 'a' } })
  controller.abort('enough')
  await expect(said.next()).rejects.toBe('enough')
  expect(provider.calls).toMatchObject([{ aborted: true, finished: false }])
})

test('what a list says before it stalls or fails is heard before', async () => {
  const controller = new AbortController()
  const said = scriptedProvider([['a', 'b', { stall: true }]])
    .stream(request, { signal: controller.signal })
    [Symbol.asyncIterator]()
  expect([await said.next(), await said.next()].map(({ value }) => value.text)).toEqual(['a', 'b'])
  controller.abort('enough')
  await expect(said.next()).rejects.toBe('enough')
  const failing = scriptedProvider([['a', { fail: 'broken' }]])
    .stream(request, { signal: open() })
    [Symbol.asyncIterator]()
  expect((await failing.next()).value).toEqual({ type: 'text', text: 'a' })
  await expect(failing.next()).rejects.toBe('broken')
})

test('a script that makes its pieces makes none before it is asked for', async () => {
  const made: string[] = []
  const script = function* (): Generator<string> {
    for (const piece of ['a', 'b', 'c']) {
      made.push(piece)
      yield piece
    }
  }
  for await (const _ of scriptedProvider([script()]).stream(request, { signal: open() })) break
  expect(made).toEqual(['a'])
})
