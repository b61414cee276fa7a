// Starts the demo: its page and its agents from one development server. `npm run demo -- --port 8080 --host` choose where;
// `--still` leaves the page alone when files change, and serves it in one piece, as tests need it.
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { onePiece } from './one-piece.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: process.env['PORT'] ?? '5173' },
    host: { type: 'boolean', default: false },
    still: { type: 'boolean', default: false },
  },
})
const configFile = `${root}vite.config.ts`
const server = await createServer({
  configFile,
  plugins: values.still ? [await onePiece(configFile)] : [],
  // An address rather than a name: `localhost` does not resolve everywhere.
  server: { port: Number(values.port), host: values.host ? '0.0.0.0' : '127.0.0.1', ...(values.still ? { hmr: false, watch: null } : {}) },
})
await server.listen()
const { local = [], network = [] } = server.resolvedUrls ?? {}
console.log(`\nThe demo is at ${[...local, ...network].join(' and ')}\nCtrl+C stops it.\n`)
