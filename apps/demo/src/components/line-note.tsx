/** What the chosen line cannot do, told before the question is sent. Nothing for the usual one. */
import type { LineChoice } from '../hooks/use-line.ts'
import { isUsual, nameOf } from '../model/line.ts'

export function LineNote({ choice: { line, open, isFailed } }: { choice: LineChoice }) {
  if (isUsual(line)) return null
  return (
    <p className="line-note" role="status">
      <strong>{nameOf(line)}.</strong>{' '}
      {isFailed ? 'What it needs could not be loaded.' : open ? (open.shortcomings ?? 'Nothing is lost on it.') : 'One moment.'}
    </p>
  )
}
