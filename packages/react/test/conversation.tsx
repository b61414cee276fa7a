import { useAgentStream, useConversation } from '@agentstream/react'
import { useEffect } from 'react'

/** Goes on where it was when the page was loaded again. Given another conversation, it needs the id as its `key`. */
export function Conversation({ sessionId }: { sessionId: string }) {
  const earlier = useConversation(sessionId)
  const { turns, text, send, attach } = useAgentStream({ sessionId })
  const live = earlier.data?.liveRun
  useEffect(() => {
    // An answer that was on its way is a turn of this page from here on.
    if (live) attach(live.runId, live.description)
  }, [live, attach])
  return (
    <>
      <pre>{earlier.data?.messages.map((message) => `${message.role}: ${message.text}`).join('\n')}</pre>
      {turns.map((turn) => (
        <p key={turn.id}>{typeof turn.input === 'string' ? turn.input : turn.input.description}</p>
      ))}
      <p>{text}</p>
      {/* What is sent before this is known might be told twice. */}
      <button type="button" disabled={earlier.isPending} onClick={() => send('And tomorrow?')}>
        Ask
      </button>
    </>
  )
}
