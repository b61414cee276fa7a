/** What is said with one agent: before the page was loaded, and since. */
import type { AgentEvent, AgentRun, RunInput } from '@agentstream/client'
import { type AgentStream, useAgentStream } from '@agentstream/react'
import { useCallback, useEffect } from 'react'
import type { AgentName } from '../model/agents.ts'
import type { RunAddress } from '../model/run-address.ts'
import { type EachOnce, useEachTurnOnce } from './use-each-turn-once.ts'
import { useKeptConversation } from './use-kept-conversation.ts'

export interface TalkOptions {
  readonly agent: AgentName
  /** Under which name the server has it. */
  readonly served: string
  /** A run that the page's address named when it was loaded. */
  readonly found: RunAddress | undefined
  readonly onEvent: (event: AgentEvent) => void
  readonly onLeave: () => void
}

export interface Talk {
  readonly stream: AgentStream
  /** Each turn once. */
  readonly shown: EachOnce
  /** Whether something can be said: not before it is known what was said. */
  readonly isSettled: boolean
  readonly isUnforgotten: boolean
  /** Goes on with the conversation, and has a page that is loaded anew find it. */
  send(input: RunInput): AgentRun
  /** Begins another conversation, and has this one forgotten. Undefined while an answer is on its way, and for recordings. */
  readonly leave: (() => void) | undefined
}

export function useTalk({ agent, served, found, onEvent, onLeave }: TalkOptions): Talk {
  // A recording is no conversation: nothing of it is to be remembered.
  const isRemembered = agent !== 'transcripts'
  const kept = useKeptConversation(agent)
  const { sessionId, liveRun, isSettled, isUnforgotten, keep, leave } = kept
  const stream = useAgentStream({ agent: served, ...(isRemembered ? { sessionId } : {}), onEvent, onUnmount: 'cancel' })
  const { turns, attach, send, reset, isStreaming } = stream
  useEffect(() => {
    if (found) attach(found.runId, { description: found.asked || 'A run of another page' })
  }, [found, attach])
  useEffect(() => {
    if (liveRun) attach(liveRun.runId, { description: liveRun.description })
  }, [liveRun, attach])
  const shown = useEachTurnOnce({ ...kept, turns, found })
  const goOn = useCallback(
    (input: RunInput) => {
      if (isRemembered) keep()
      return send(input)
    },
    [isRemembered, keep, send],
  )
  const begin = useCallback(() => {
    leave()
    reset()
    onLeave()
  }, [leave, reset, onLeave])
  return { stream, shown, isSettled, isUnforgotten, send: goOn, leave: isRemembered && !isStreaming ? begin : undefined }
}
