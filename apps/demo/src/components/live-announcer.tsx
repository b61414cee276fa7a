import type { AgentRun } from '@agentstream/client'
import { useRun } from '@agentstream/react'
import { announcementOf } from '../model/announcement.ts'

/** Heard, not seen: the text changes with the status, so tokens are never read aloud one by one. */
export function LiveAnnouncer({ run }: { run: AgentRun | undefined }) {
  return (
    <output className="visually-hidden" aria-live="polite">
      {useRun(run, announcementOf)}
    </output>
  )
}
