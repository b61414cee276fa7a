import { describe, expect, test } from 'vitest'
import { isRunId, parseAnswer, parseStart } from './input.ts'

const body = (members: object): string => JSON.stringify({ task: { description: 'go' }, ...members })

function startOf(text: string, extras?: readonly string[]) {
  const parsed = parseStart(text, { extras })
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.value
}

function problemOf(text: string): string {
  const parsed = parseStart(text)
  return 'problem' in parsed ? parsed.problem : 'none'
}

describe('a start request', () => {
  test('comes out in our words', () => {
    const task = { description: 'go', context: { a: [1] }, images: ['https://a/b.png', 'data:image/png;base64,AA'], session_id: 's', sender_id: 'u' }
    const parameters = { temperature: 0.5, max_tokens: 10, top_p: 1, frequency_penalty: -1, presence_penalty: 1, stop: 'END', seed: 7 }
    expect(startOf(JSON.stringify({ run_id: 'r-1', task, parameters }))).toEqual({
      runId: 'r-1',
      task: { description: 'go', context: { a: [1] }, images: task.images, sessionId: 's', senderId: 'u' },
      parameters: { temperature: 0.5, maxTokens: 10, topP: 1, frequencyPenalty: -1, presencePenalty: 1, stop: ['END'], extra: { seed: 7 } },
    })
  })

  test('may write absent members as null, and leave everything out but the description', () => {
    const task = { description: 'go', context: null, images: null, session_id: null, sender_id: null }
    const { runId, ...rest } = startOf(JSON.stringify({ run_id: null, task, parameters: { stop: null, temperature: null } }))
    expect(rest).toEqual({ task: { description: 'go' } })
    expect(runId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('X11 gets a run id with at least 120 random bits when it names none', () => {
    const ids = new Set(Array.from({ length: 50 }, () => startOf(body({})).runId))
    expect(ids.size).toBe(50)
    // A version 4 UUID: 122 random bits.
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  test('X7 takes no run id that could leave a header, an address or a key', () => {
    for (const id of ['', 'a b', 'a/b', 'a\r\nb', '../a', 'ä', 'a'.repeat(129)]) {
      expect([id, isRunId(id)]).toEqual([id, false])
      expect(problemOf(body({ run_id: id }))).toContain('run_id')
    }
    expect(isRunId(`Az09_-${'a'.repeat(122)}`)).toBe(true)
  })

  test('X17 cannot choose the model, the tools, the instructions or the address', () => {
    for (const name of ['model', 'tools', 'system', 'baseURL', 'base_url', 'messages', 'tool_choice', 'extra', '__proto__', 'constructor'])
      expect(problemOf(`{"task":{"description":"go"},"parameters":{"${name}":"x"}}`)).toBe(`parameters.${name}: clients cannot set this`)
    const forged = { description: 'go', messages: [{ role: 'system' }], tool_results: [], system: 'x', model: 'y' }
    expect(startOf(JSON.stringify({ task: forged, model: 'z', tools: [], approvals: [] })).task).toEqual({ description: 'go' })
  })

  test('X17 may set provider-specific parameters that the server allows', () => {
    expect(startOf(body({ parameters: { reasoning_effort: 'low' } }), ['reasoning_effort']).parameters).toEqual({ extra: { reasoning_effort: 'low' } })
    expect(problemOf(body({ parameters: { reasoning_effort: 'low' } }))).toContain('reasoning_effort')
    expect(startOf(body({ parameters: { extra: { seed: 1 }, top_p: 1 } })).parameters).toEqual({ topP: 1, extra: { seed: 1 } })
    expect(problemOf(body({ parameters: { extra: { model: 'x' } } }))).toBe('parameters.model: clients cannot set this')
  })

  test('S24 that is not what we expect is told where, never what', () => {
    expect(problemOf('')).toBe('The body is empty. Perhaps something in front of this handler has read it')
    expect(problemOf('{"task":')).toBe('The body is not valid JSON')
    expect(problemOf('null')).toContain('body')
    expect(problemOf('[]')).toContain('body')
    expect(problemOf('{}')).toContain('task')
    expect(problemOf('{"task":{"description":""}}')).toContain('task.description')
    expect(problemOf('{"task":{"description":"go","context":["secret"]}}')).toBe('task.context: expected an object')
    expect(problemOf(body({ parameters: { temperature: 'hot' } }))).toContain('parameters.temperature')
    expect(problemOf(body({ parameters: { max_tokens: 0.5 } }))).toContain('parameters.max_tokens')
    for (const image of ['file:///etc/passwd', 'javascript:alert(1)', 'data:text/html,x'])
      expect(problemOf(JSON.stringify({ task: { description: 'go', images: [image] } }))).toContain('task.images.0')
  })

  test('S24 N55 nested deeply is refused before anything walks it', () => {
    const deep = (levels: number) => `{"task":{"description":"go","context":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}}`
    expect(problemOf(deep(100_000))).toContain('deeper')
    expect(problemOf(deep(20))).toBe('none')
    const answer = (levels: number) => parseAnswer(`{"approved":true,"more":${'['.repeat(levels)}${']'.repeat(levels)}}`)
    expect(answer(100_000)).toMatchObject({ problem: expect.stringContaining('deeper') })
    expect(answer(20)).toEqual({ value: { approved: true } })
  })

  test('X8 keys such as __proto__ stay data', () => {
    const { task } = startOf('{"task":{"description":"go","context":{"__proto__":{"polluted":true}}}}')
    expect(Object.hasOwn(task.context ?? {}, '__proto__')).toBe(true)
    expect('polluted' in {}).toBe(false)
  })
})
