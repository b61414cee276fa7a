import type { Ask, TaskInput } from '../../ask.ts'
import { asText } from '../../json.ts'
import type { Dialogue } from '../protocol.ts'

/** How a run is asked for: `RunAgentInput` of `@ag-ui/core` 1.0.0. Stopping one is closing the connection. */
export function agUiDialogue({ runId, task, parameters }: Ask): Dialogue {
  const past = (task.history ?? []).map(({ role, text }, at) => ({ id: `${runId}-${at}`, role, content: text }))
  const body = {
    threadId: task.sessionId ?? runId,
    runId,
    state: {},
    messages: [...past, { id: `${runId}-task`, role: 'user', content: contentOf(task) }],
    tools: [],
    context: Object.entries(task.context ?? {}).map(([description, value]) => ({ description, value: asText(value) })),
    forwardedProps: { ...parameters },
  }
  return { start: { method: 'POST', path: '', body } }
}

function contentOf({ description, images = [] }: TaskInput): unknown {
  if (images.length === 0) return description
  return [{ type: 'text', text: description }, ...images.map((image) => ({ type: 'image', source: sourceOf(image) }))]
}

function sourceOf(image: string): unknown {
  const data = /^data:([^;,]+);base64,/.exec(image)
  return data ? { type: 'data', value: image.slice(data[0].length), mimeType: data[1] } : { type: 'url', value: image }
}
