import { expect, test } from 'vitest'
import { providerContract } from '../provider-contract.ts'
import { ollama } from './provider.ts'

const wire = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')
const say = (message: object) => ({ model: 'm', message: { role: 'assistant', content: '', ...message }, done: false })
const end = { model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 9 }

providerContract(
  () => ({
    create: (options) => ollama({ ...options, model: 'm', retry: { attempts: 2, firstDelayMs: 0 } }),
    contentType: 'application/x-ndjson',
    answers: [
      { body: wire(say({ content: 'Grüße ' }), say({ content: '🌍' }), end), text: 'Grüße 🌍' },
      {
        body: wire(say({ thinking: 'Hm.' }), say({ tool_calls: [{ function: { name: 'tide', arguments: { port: 'Brest' } } }] }), end),
        thinking: 'Hm.',
        toolCalls: [{ name: 'tide', arguments: { port: 'Brest' } }],
      },
    ],
  }),
  { test, expect },
)
