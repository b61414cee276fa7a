import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AgentEvent } from '../wire/events/vocabulary.ts'
import { collect } from './collect.ts'
import { splitThinking, type ThinkingTags } from './split-thinking.ts'

async function* told(events: Iterable<AgentEvent>): AsyncGenerator<AgentEvent> {
  yield* events
}

/** What was said and what was thought, and the other events between them. */
async function split(events: readonly AgentEvent[], tags?: ThinkingTags): Promise<readonly string[]> {
  const seen: string[] = []
  for (const event of await collect(splitThinking(told(events), tags))) {
    const kind = event.type === 'token' ? 'says ' : event.type === 'thinking_token' ? 'thinks ' : `(${event.type})`
    if (!('content' in event)) seen.push(kind)
    else if (seen.at(-1)?.startsWith(kind)) seen.push(`${seen.pop()}${event.content}`)
    else seen.push(`${kind}${event.content}`)
  }
  return seen
}

const tokens = (...contents: readonly string[]): AgentEvent[] => contents.map((content) => ({ type: 'token', content }))

test('AI-43 thinking between tags becomes events of its own, however the text is cut', async () => {
  const text = '<think>6 × 7 < 43</think>It is 42, not <thin>.'
  const whole = ['thinks 6 × 7 < 43', 'says It is 42, not <thin>.']
  expect(await split(tokens(text))).toEqual(whole)
  expect(await split(tokens(...text))).toEqual(whole)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: text.length }), { maxLength: 12 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), text.length]
      expect(await split(tokens(...places.slice(1).map((end, at) => text.slice(places[at], end))))).toEqual(whole)
    }),
  )
})

test('nothing is held back beyond the next event, and an open tag ends with its round', async () => {
  expect(await split([...tokens('a <thi'), { type: 'tool_call', tool_name: 'x', parameters: {} }, ...tokens('nk>b')])).toEqual([
    'says a <thi',
    '(tool_call)',
    'says nk>b',
  ])
  expect(await split([...tokens('<think>lost'), { type: 'iteration_start', iteration: 2 }, ...tokens('found <')])).toEqual([
    'thinks lost',
    '(iteration_start)',
    'says found <',
  ])
})

test('tags may be others, and what stands beside the text stays', async () => {
  expect(await split(tokens('[why]a[/why]b'), { open: '[why]', close: '[/why]' })).toEqual(['thinks a', 'says b'])
  const [first] = await collect(splitThinking(told([{ type: 'token', content: '<think>a', timestamp: '2026-03-04T09:15:00' }])))
  expect(first).toEqual({ type: 'thinking_token', content: 'a', timestamp: '2026-03-04T09:15:00' })
})
