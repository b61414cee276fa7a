/** A browser's own WebSocket: what pages may open, and what travels on it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { rolldown } from 'rolldown'
import { createApp } from './runtimes/app.ts'
import { serve } from './runtimes/node-server.ts'

const script = `
import { createAgentClient, socketTransport } from '@agentstream/client'
window.talk = async (url) => {
  const client = createAgentClient({ url, headers: { authorization: 'Bearer secret' }, transport: socketTransport(), retry: false })
  const { text, status, state } = await client.run('add').result()
  const run = client.run('talk')
  for await (const { type } of run) if (type === 'token') break
  const { outcome } = await run.cancel()
  return [text, status, state.integrity, outcome, (await run.result()).status]
}`

async function bundled(): Promise<string> {
  const bundle = await rolldown({
    input: 'page',
    platform: 'browser',
    resolve: { conditionNames: ['agentstream-source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? `${import.meta.dirname}/page.js` : undefined),
        load: (id) => (id.endsWith('e2e/page.js') ? script : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm' })
  return output[0].code
}

test('X13: a page of the server talks over a socket, its token in no address; a page of another origin cannot', async ({ page }) => {
  const html = { headers: { 'content-type': 'text/html' } }
  const body = `<!doctype html><title>Sockets</title><script type="module">${await bundled()}</script>`
  const app = createApp()
  const server = await serve(async (request, runtime) => (new URL(request.url).pathname === '/' ? new Response(body, html) : app(request, runtime)))
  const other = createServer((_, response) => response.writeHead(200, html.headers).end(body))
  await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready))
  const opened: string[] = []
  page.on('websocket', (socket) => opened.push(socket.url()))
  const talk = async (home: string): Promise<unknown> => {
    await page.goto(home)
    await page.waitForFunction('window.talk')
    return page.evaluate(`window.talk('${server.url}/api').catch((error) => error.code)`)
  }
  expect(await talk(server.url)).toEqual(['It is 42.', 'completed', 'verified', 'cancelled', 'cancelled'])
  const { port } = other.address() as AddressInfo // a string only for sockets with a path
  expect(await talk(`http://127.0.0.1:${port}/`)).toBe('interrupted')
  const address = `${server.url.replace('http', 'ws')}/api/agents/default/socket`
  expect(opened).toEqual([address, address, address])
  server.close()
  other.close()
})
