/** What is folded away until somebody wants to see it: how the agent came to its answer. */
import type { ReactNode } from 'react'
import { ChevronIcon, ThoughtIcon } from './icons.tsx'

export function Folded({ summary, children }: { summary: ReactNode; children: ReactNode }) {
  return (
    <details className="thinking">
      <summary>
        <span className="chevron">
          <ChevronIcon />
        </span>
        <ThoughtIcon />
        {summary}
      </summary>
      {children}
    </details>
  )
}
