import type { Ask } from '../../ask.ts'
import type { Dialogue } from '../protocol.ts'

/** How a run is asked for: `POST /chat` of Agentor's server (`src/agentor/core/agent.py`). Stopping one is closing the connection. */
export function agentorDialogue({ task }: Ask): Dialogue {
  const past = (task.history ?? []).map(({ role, text }) => ({ role, content: text }))
  const input = past.length === 0 ? task.description : [...past, { role: 'user', content: task.description }]
  return { start: { method: 'POST', path: '/chat', body: { input, stream: true } } }
}
