/**
 * Runs the JSON texts of a parsing test suite, kept outside this repository, through `parseJson` and the splitter of concatenated
 * texts, and prints the shares: `node scripts/run.mjs --conditions=agentstream-source scripts/check-json-recordings.ts <folder>`.
 * The folder holds `jsontestsuite.json`: what `y` expects is read, what `n` expects is refused, `i` may be either; nothing may
 * throw anything but a ProtocolError (or an interruption: a text that breaks off), or take long.
 */
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { isDeepStrictEqual } from 'node:util'
import { concatenated, isAgentStreamError, parseJson } from '@agentstream/client/wire'

interface Case {
  readonly id: string
  readonly expect: 'y' | 'n' | 'i'
  readonly b64: string
}
/** The one value that a text was read as, several of them, or why it was refused. */
type Reading = { readonly value: unknown } | { readonly refused: string } | { readonly several: number } | { readonly wrong: string }

const longestMs = 1000

function attempt(read: () => readonly unknown[]): Reading {
  const start = performance.now()
  try {
    const values = read()
    if (performance.now() - start > longestMs) return { wrong: `took more than ${longestMs} ms` }
    return values.length === 1 ? { value: values[0] } : { several: values.length }
  } catch (error) {
    return isAgentStreamError(error) ? { refused: error.message } : { wrong: `threw ${String(error)}` }
  }
}

function split(bytes: Uint8Array, size: number): readonly unknown[] {
  const stage = concatenated.decoder()
  const frames = []
  for (let at = 0; at < bytes.length; at += size) frames.push(...stage.push(bytes.subarray(at, at + size)))
  return [...frames, ...stage.end()].map(({ data }) => parseJson(data))
}

const readers: Readonly<Record<string, (bytes: Uint8Array) => Reading>> = {
  parseJson: (bytes) => attempt(() => [parseJson(new TextDecoder().decode(bytes))]),
  'concatenated, whole': (bytes) => attempt(() => split(bytes, bytes.length || 1)),
  'concatenated, byte by byte': (bytes) => attempt(() => split(bytes, 1)),
}

/** What JSON.parse says of the same characters. */
function reference(bytes: Uint8Array): Reading {
  try {
    return { value: JSON.parse(new TextDecoder().decode(bytes)) }
  } catch (error) {
    return { refused: String(error) }
  }
}

const folder = process.argv[2]
if (!folder) throw new Error('Name the folder of the recordings')
const { cases }: { readonly cases: readonly Case[] } = JSON.parse(readFileSync(`${folder}/jsontestsuite.json`, 'utf8'))

for (const [name, read] of Object.entries(readers)) {
  const results = cases.map(({ id, expect, b64 }) => {
    const bytes = Buffer.from(b64, 'base64')
    return { id, expect, reading: read(bytes), reference: reference(bytes) }
  })
  const of = (expect: Case['expect']) => results.filter((result) => result.expect === expect)
  const right = of('y').filter(({ reading, reference: parsed }) => 'value' in reading && 'value' in parsed && isDeepStrictEqual(reading.value, parsed.value))
  const taken = of('n').filter(({ reading }) => 'value' in reading)
  const untyped = results.filter(({ reading }) => 'wrong' in reading)
  const shares = [`y ${right.length} of ${of('y').length} read`, `n ${of('n').length - taken.length} of ${of('n').length} refused`]
  console.log(`${name}: ${shares.join(', ')}, i ${of('i').filter(({ reading }) => 'value' in reading).length} of ${of('i').length} read`)
  for (const { id } of of('y').filter((result) => !right.includes(result))) console.log(`  not read: ${id}`)
  for (const { id, reading } of taken) console.log(`  taken: ${id} as ${JSON.stringify(reading)}`)
  for (const { id, reading } of untyped) console.log(`  ${id}: ${JSON.stringify(reading)}`)
  if (right.length < of('y').length || untyped.length > 0 || taken.length > 0) process.exitCode = 1
}
