import type { Ask } from '../../ask.ts'
import type { Dialogue } from '../protocol.ts'

/** How a run is asked for: as `DefaultChatTransport` of `ai` 7.0 does. Stopping one is closing the connection. */
export function uiMessageStreamDialogue({ runId, task, parameters }: Ask): Dialogue {
  const { description, images = [], context, sessionId, history = [] } = task
  const said = (id: string, role: string, parts: readonly unknown[]): unknown => ({ id, role, parts })
  const files = images.map((url) => ({ type: 'file', mediaType: mediaTypeOf(url), url }))
  const messages = [
    ...history.map(({ role, text }, at) => said(`${runId}-${at}`, role, [{ type: 'text', text }])),
    said(runId, 'user', [{ type: 'text', text: description }, ...files]),
  ]
  const body = { id: sessionId ?? runId, messages, trigger: 'submit-message', context, parameters }
  return { start: { method: 'POST', path: '', body } }
}

function mediaTypeOf(url: string): string {
  return /^data:([^;,]+)/.exec(url)?.[1] ?? 'image/*'
}
