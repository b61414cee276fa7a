/**
 * The systems whose streams we read, as they are published, against our client: `npm run interop`, or `npm run interop -- aiecs` for
 * some of them. Needs Python 3.11 and a package index; what is not at hand is skipped, and said. With `--record` their streams
 * become the transcripts under packages/client/conformance that the ordinary tests read.
 */
import process from 'node:process'
import { a2aClients } from './interop/a2a.ts'
import { a2aServers } from './interop/a2a-servers.ts'
import { agenticraft } from './interop/agenticraft.ts'
import { agentor, olderAgentor } from './interop/agentor.ts'
import { aiecs } from './interop/aiecs.ts'
import type { Outcome, Upstream } from './interop/check.ts'

const upstreams: readonly Upstream[] = [agentor, olderAgentor, aiecs, agenticraft, ...a2aServers, ...a2aClients]
/** What is not run at all, and why. */
const absent: Readonly<Record<string, string>> = {
  'a2a-tck': 'the conformance kit is on no package index; the clients of the same project stand for it',
  'openai, anthropic': 'our server has no endpoint in the words of these clients',
}
const words = process.argv.slice(2)
const isRecording = words.includes('--record')
const names = words.filter((word) => !word.startsWith('--'))
const marks = { passed: '✓', failed: '✗', skipped: '–' }
const total = { passed: 0, failed: 0, skipped: 0 }

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

async function outcomesOf(upstream: Upstream): Promise<readonly Outcome[]> {
  try {
    return await upstream.run({ isRecording })
  } catch (error) {
    return [{ name: 'all', result: 'failed', why: String(error) }]
  }
}

for (const upstream of upstreams) {
  if (names.length > 0 && !names.some((name) => upstream.name.includes(name))) continue
  console.log(`\n── ${upstream.name} ──`)
  for (const { name, result, why } of await outcomesOf(upstream)) {
    total[result]++
    console.log(`${marks[result]} ${name}${why ? `: ${why}` : ''}`)
  }
}
console.log('\n── not run ──')
for (const [name, why] of Object.entries(absent)) console.log(`– ${name}: ${why}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed > 0 ? 1 : 0)
