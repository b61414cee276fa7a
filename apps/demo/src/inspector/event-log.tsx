import { memo, useState } from 'react'
import { formatCount } from '../model/format.ts'
import type { EventRow, MonitorView } from './run-monitor.ts'

/** Newest first, so that following along needs no scrolling. */
export const EventLog = memo(function EventLog({ rows, dropped }: Pick<MonitorView, 'rows' | 'dropped'>) {
  if (rows.length === 0) return <p className="muted">Nothing yet. Every event of the run will be listed here as it comes.</p>
  return (
    <>
      <ol className="events" aria-label="Events, newest first">
        {rows.toReversed().map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </ol>
      {dropped > 0 ? <p className="muted">{formatCount(dropped, 'older row')} left out.</p> : null}
    </>
  )
})

const Row = memo(
  function Row({ row }: { row: EventRow }) {
    const [opened, setOpened] = useState(false)
    return (
      <li data-family={row.family}>
        <details onToggle={(change) => setOpened(change.currentTarget.open)}>
          <summary>
            <span className="event-time">{(row.at / 1000).toFixed(2)}</span>
            <span className="event-type">
              {row.type}
              {row.inDawp ? <span className="event-scope"> dawp</span> : null}
            </span>
            {row.count > 1 ? <span className="event-count">×{row.count.toLocaleString('en')}</span> : null}
            <span className="event-summary">{row.summary}</span>
          </summary>
          {opened ? <pre>{JSON.stringify(row.event, undefined, 2)}</pre> : null}
        </details>
      </li>
    )
  },
  // Rows are copied at every publish; only a row that still grows is a different one.
  (before, after) => before.row.id === after.row.id && before.row.count === after.row.count,
)
