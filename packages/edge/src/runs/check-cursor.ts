import { parseCursor } from '@agentstream/client/wire'

/** `cursor_gone`: of another incarnation of the run. `cursor_ahead`: the run has not come that far. */
export type CursorCheck = 'followed' | 'unknown_run' | 'cursor_invalid' | 'cursor_gone' | 'cursor_ahead'

/** Whether a run whose last entry is `last` can be continued after a cursor. */
export function checkCursor(after: string | undefined, last: string | undefined): Exclude<CursorCheck, 'unknown_run'> {
  if (after === undefined) return 'followed'
  const wanted = parseCursor(after)
  if (!wanted) return 'cursor_invalid'
  const reached = last === undefined ? undefined : parseCursor(last)
  // A run without entries has handed out no cursor, so this one is of an earlier incarnation.
  if (wanted.epoch !== reached?.epoch) return 'cursor_gone'
  return wanted.seq > reached.seq ? 'cursor_ahead' : 'followed'
}
