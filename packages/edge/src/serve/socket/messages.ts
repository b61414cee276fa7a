/** What clients say over a socket, parsed. */
import { z } from 'zod'
import type { Parsed } from '../input.ts'

const headers = z.record(z.string(), z.string()).optional()
const window = z.number().int().positive().optional()

// What a start says beyond this is the body of a start over HTTP, and parsed there.
const opening = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), headers, window }),
  z.object({ type: z.literal('attach'), headers, window, run_id: z.string(), after: z.string().nullish() }),
  z.object({ type: z.literal('cancel'), headers, window, run_id: z.string() }),
])
const next = z.discriminatedUnion('type', [z.object({ type: z.literal('ack'), received: z.number().nonnegative() }), z.object({ type: z.literal('cancel') })])

/** The first message of a socket: what it is for. */
export type SocketOpening = z.infer<typeof opening>

/** Any later one: how much was read, or that the run is to stop. */
export type SocketMessage = z.infer<typeof next>

export function parseOpening(text: string): Parsed<SocketOpening> {
  return parse(text, opening, 'The first message is no start, attach or cancel')
}

export function parseMessage(text: string): Parsed<SocketMessage> {
  return parse(text, next, 'Expected an ack or a cancel: a socket carries one run')
}

function parse<T>(text: string, schema: z.ZodType<T>, otherwise: string): Parsed<T> {
  try {
    const { success, data } = schema.safeParse(JSON.parse(text))
    return success ? { value: data } : { problem: otherwise }
  } catch {
    // Why it does not parse would quote it.
    return { problem: 'The message is not valid JSON' }
  }
}
