import { expect, test } from 'vitest'
import { createAgentClient } from '../client.ts'
import { scriptedFetch } from '../testing.ts'
import { textOf } from '../text-of.ts'
import { bufferBy } from './buffer-by.ts'

test('leaving a pattern closes the request at once, also while the server is silent', async () => {
  const script = scriptedFetch({ body: 'data: {"type":"token","content":"A"}\n\n', hangs: true })
  const client = createAgentClient({ url: 'https://example.org', fetch: script.fetch })
  // The batch is handed on because its time is up: by then the next event is being waited for.
  for await (const batch of bufferBy(textOf(client.stream('x')), { maxWaitMs: 1 })) {
    expect(batch).toEqual(['A'])
    break
  }
  await expect.poll(() => script.requests[0]?.aborted).toBe(true)
  await expect.poll(() => script.requests.at(-1)?.method).toBe('DELETE')
})
