import { isMain } from '../../events/scope.ts'
import { eventTime } from '../../events/time.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import { type Ending, type Entry, failureCode, failureOf, writtenRun } from '../../events/written-run.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject, isText } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import { carried } from './chunk.ts'

// No frame has an id: these forms leave entries out, and an id would promise that none is missing.

/** What is a piece of the answer, and what is something else. */
const isPiece = (event: AgentEvent): event is EventOf<'token'> => event.type === 'token' && isMain(event) && event.content !== ''

const json = (value: object): Frame => ({ data: JSON.stringify(value) })

/** A chunk, at the time of the event that it tells about. */
function chunk(event: AgentEvent | undefined, metadata: unknown, content = '', isFinal = false): Frame {
  const time = event && eventTime(event)
  return json({ content, token: content || null, metadata, is_final: isFinal, timestamp: time === undefined ? undefined : time / 1000 })
}

const pieceMembers = ['type', 'content', 'metadata', 'timestamp']

/** True for a token that is read again as it was from content and metadata alone. */
function isPlain(event: EventOf<'token'>): boolean {
  const { metadata } = event
  if (metadata !== undefined) {
    const keys = isObject(metadata) ? Object.keys(metadata) : []
    if (keys.length === 0 || keys.some((key) => key === carried || key === 'event_type' || key === 'type')) return false
  }
  return Object.keys(event).every((key) => pieceMembers.includes(key))
}

const asItIs = (frame: Frame): Frame => frame

/**
 * JSON chunks. What AgentiCraft has no words for travels in the metadata of a chunk without content, which its readers pass
 * over; a token with members of its own keeps its content in the open and travels there as well.
 */
export function chunkEncoder(): Stage<Entry, Frame> {
  const completed = ({ event, result }: Ending): Frame => {
    const last = event?.type === 'completed' ? event : undefined
    const metadata = {
      finish_reason: result?.stop_reason ?? 'stop',
      tool_calls: null,
      total_content: isText(result?.output) ? result.output : null,
      execution_time: last?.execution_time ?? undefined,
    }
    return chunk(last, metadata, '', true)
  }
  const failed = (ending: Ending): Frame => {
    const { event } = ending
    const error = failureOf(ending)
    const said = event?.type === 'cancelled' ? { error, [carried]: event } : { error, code: failureCode(ending) }
    return { ...json(event?.type === 'error' ? { ...event, type: undefined } : said), event: 'error' }
  }
  return writtenRun(
    {
      tell(event) {
        if (!isPiece(event)) return [chunk(event, { [carried]: event })]
        return [chunk(event, isPlain(event) ? (event.metadata ?? {}) : { [carried]: event }, event.content)]
      },
      end: (ending) => [ending.outcome === 'completed' ? completed(ending) : failed(ending)],
    },
    asItIs,
  )
}

/**
 * Bare text, one frame per piece of the answer. The framing prefixes every line, so that no text can end its frame or name it. A
 * run that did not complete leaves an error: without it a reader would take the end for a good one.
 */
export function textEncoder(): Stage<Entry, Frame> {
  return writtenRun<Frame, Frame>(
    {
      tell: (event) => (isPiece(event) ? [{ data: event.content }] : []),
      end: (ending) => (ending.outcome === 'completed' ? [] : [{ data: failureOf(ending), event: 'error' }]),
    },
    asItIs,
  )
}
