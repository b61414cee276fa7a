import type { Ask } from '../../ask.ts'
import type { Dialogue } from '../protocol.ts'

/**
 * How a run is asked for: `POST /stream` of the guide's endpoint (`docs/features/streaming.md`), whose prompt is a query
 * parameter because FastAPI makes one of a plain text. Stopping one is closing the connection.
 */
export function agenticraftDialogue({ task }: Ask): Dialogue {
  return { start: { method: 'POST', path: `/stream?prompt=${encodeURIComponent(task.description)}` } }
}
