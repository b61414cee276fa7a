// The demo's page, bundled once and served from memory: a browser that starts with nothing asks for a few files instead of hundreds.
// Bundled for development all the same: StrictMode looks twice, and React says what is wrong.
import process from 'node:process'
import { build } from 'vite'

/** @type {Readonly<Record<string, string>>} */
const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

/** @param {string} configFile @returns {Promise<import('vite').Plugin>} */
export async function onePiece(configFile) {
  process.env['NODE_ENV'] = 'development'
  const built = await build({ configFile, mode: 'development', logLevel: 'warn', build: { write: false, minify: false, reportCompressedSize: false } })
  /** @type {Map<string, string | Uint8Array>} */
  const files = new Map()
  for (const { output } of /** @type {import('vite').Rolldown.RolldownOutput[]} */ ([built].flat()))
    for (const file of output) files.set(`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source)
  return {
    name: 'one-piece',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://page').pathname
        const name = path === '/' ? '/index.html' : path
        const body = files.get(name)
        if (body === undefined) return next()
        response.setHeader('content-type', `${types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'}; charset=utf-8`)
        response.end(body)
      })
    },
  }
}
