import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type OpenLine, openLine, openUsual } from '../model/demo-client.ts'
import { isUsual, type Line, usualLine } from '../model/line.ts'

export interface LineChoice {
  readonly line: Line
  readonly setLine: (line: Line) => void
  /** Undefined while what the chosen line needs is loaded. */
  readonly open: OpenLine | undefined
  readonly isFailed: boolean
}

/** How the next question travels. Each way is opened once. */
export function useLine(): LineChoice {
  const [line, setLine] = useState(usualLine)
  const { words, carrier } = line
  const { data, isError } = useQuery({
    queryKey: ['line', words, carrier],
    queryFn: () => openLine({ words, carrier }),
    enabled: !isUsual(line),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    // A client is no plain data.
    structuralSharing: false,
  })
  return { line, setLine, open: isUsual(line) ? openUsual : data, isFailed: isError }
}
