/** One round of the loop: what the model said, what it called, what came back. */
import type { Part } from '@agentstream/client'
import { memo } from 'react'
import { Parts } from './parts.tsx'

export interface Budget {
  readonly maximum: number | undefined
  readonly remaining: number | undefined
}

export const RoundView = memo(
  function RoundView({ iteration, parts, budget }: { iteration: number; parts: readonly Part[]; budget: Budget | undefined }) {
    return (
      <div className="round">
        {iteration > 0 ? <RoundHead iteration={iteration} budget={budget} /> : null}
        <Parts parts={parts} />
      </div>
    )
  },
  (before, after) =>
    before.iteration === after.iteration &&
    before.budget?.maximum === after.budget?.maximum &&
    before.budget?.remaining === after.budget?.remaining &&
    before.parts.length === after.parts.length &&
    before.parts.every((part, position) => part === after.parts[position]),
)

const mostPips = 12

function RoundHead({ iteration, budget }: { iteration: number; budget: Budget | undefined }) {
  const { maximum, remaining } = budget ?? {}
  return (
    <h3 className="round-head">
      <span className="rail-node" aria-hidden="true">
        {iteration}
      </span>
      Round {iteration}
      {maximum === undefined ? null : <span className="muted"> of at most {maximum}</span>}
      {maximum !== undefined && maximum <= mostPips ? (
        <span className="pips" aria-hidden="true">
          {Array.from({ length: maximum }, (_, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a pip is its position.
            <span key={position} data-used={position < iteration} />
          ))}
        </span>
      ) : null}
      {remaining === undefined ? null : <span className="muted budget">{remaining} left</span>}
    </h3>
  )
}
