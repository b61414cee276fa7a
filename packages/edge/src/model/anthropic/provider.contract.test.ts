import { expect, test } from 'vitest'
import { providerContract } from '../provider-contract.ts'
import { anthropic } from './provider.ts'

const wire = (...events: readonly { readonly type: string }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
const begin = { type: 'message_start', message: { content: [], usage: { input_tokens: 3, output_tokens: 1 } } }
const open = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block })
const piece = (index: number, delta: object) => ({ type: 'content_block_delta', index, delta })
const close = (index: number) => ({ type: 'content_block_stop', index })
const end = (stop_reason: string) => [{ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 9 } }, { type: 'message_stop' }]

providerContract(
  () => ({
    create: (options) => anthropic({ ...options, model: 'm', retry: { attempts: 2, firstDelayMs: 0 } }),
    contentType: 'text/event-stream',
    answers: [
      {
        body: wire(
          begin,
          open(0, { type: 'text', text: '' }),
          { type: 'ping' },
          piece(0, { type: 'text_delta', text: 'Grüße 🌍' }),
          close(0),
          ...end('end_turn'),
        ),
        text: 'Grüße 🌍',
      },
      {
        body: wire(
          begin,
          open(0, { type: 'thinking', thinking: '' }),
          piece(0, { type: 'thinking_delta', thinking: 'Hm.' }),
          piece(0, { type: 'signature_delta', signature: 'sig' }),
          close(0),
          open(1, { type: 'tool_use', id: 'toolu_1', name: 'tide', input: {} }),
          piece(1, { type: 'input_json_delta', partial_json: '{"port":' }),
          piece(1, { type: 'input_json_delta', partial_json: '"Brest"}' }),
          close(1),
          ...end('tool_use'),
        ),
        thinking: 'Hm.',
        toolCalls: [{ name: 'tide', arguments: { port: 'Brest' } }],
      },
    ],
  }),
  { test, expect },
)
