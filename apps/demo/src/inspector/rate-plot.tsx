import { memo } from 'react'
import { formatDuration } from '../model/format.ts'
import { sampleMs } from './run-monitor.ts'

const width = 320
const height = 72

/** Tokens per second over the run, smoothed over a second. */
export const RatePlot = memo(function RatePlot({ rates }: { rates: readonly number[] }) {
  const smooth = smoothed(rates)
  const peak = Math.max(10, ...smooth)
  const step = width / Math.max(24, smooth.length - 1)
  const points = smooth.map((rate, position) => `${(position * step).toFixed(1)},${(height - 4 - (rate / peak) * (height - 12)).toFixed(1)}`)
  const label =
    rates.length === 0 ? 'Tokens per second: no run yet' : `Tokens per second over ${formatDuration(rates.length * sampleMs)}, at most ${Math.round(peak)}`
  return (
    <figure className="plot">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="none">
        <line className="plot-grid" x1="0" x2={width} y1={height - 4} y2={height - 4} />
        <line className="plot-grid" x1="0" x2={width} y1={8} y2={8} />
        {points.length > 1 ? (
          <>
            <polygon className="plot-area" points={`0,${height - 4} ${points.join(' ')} ${((points.length - 1) * step).toFixed(1)},${height - 4}`} />
            <polyline className="plot-line" points={points.join(' ')} />
          </>
        ) : null}
      </svg>
      <figcaption>
        <span>tokens per second</span>
        <span>{rates.length === 0 ? '' : `peak ${Math.round(Math.max(...smooth))}`}</span>
      </figcaption>
    </figure>
  )
})

function smoothed(rates: readonly number[]): readonly number[] {
  const span = Math.round(1000 / sampleMs)
  return rates.map((_, position) => {
    const part = rates.slice(Math.max(0, position - span + 1), position + 1)
    return part.reduce((sum, rate) => sum + rate, 0) / part.length
  })
}
