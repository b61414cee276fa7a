import type { RunInput } from '@agentstream/client'
import { type AgentStreamOptions, type TurnOptions, useAgentStream } from '@agentstream/react'
import { useEffect, useState } from 'react'

interface Kept {
  readonly sessionId: string
  readonly turns: readonly { readonly id: string; readonly input: RunInput; readonly options: TurnOptions }[]
}

/** `useAgentStream`, and after a reload its turns are there again: those that are over, and the one that is still being answered. */
export function useKeptStream(options?: AgentStreamOptions) {
  const [kept] = useState((): Kept => JSON.parse(sessionStorage.getItem('chat') ?? 'null') ?? { sessionId: crypto.randomUUID(), turns: [] })
  const stream = useAgentStream({ ...options, sessionId: kept.sessionId })
  const { turns, attach } = stream
  useEffect(() => {
    for (const { id, input, options } of kept.turns) attach(id, input, options)
  }, [kept, attach])
  useEffect(() => {
    const asked = turns.map(({ run, input, options }) => ({ id: run.id, input, options }))
    sessionStorage.setItem('chat', JSON.stringify({ sessionId: kept.sessionId, turns: asked }))
  }, [kept, turns])
  return stream
}
