import type { Frame } from './frame.ts'

/**
 * Framings that carry bare JSON texts have no place for an id or a name, so ours travel as the first members of the
 * object, under keys no event uses. Looking for them is one comparison, whatever the length of the text.
 */
export function withFields(frame: Frame): string {
  const fields = [frame.id === undefined ? '' : `"$id":${JSON.stringify(frame.id)}`, frame.event === undefined ? '' : `"$event":${JSON.stringify(frame.event)}`]
  const head = fields.filter(Boolean).join(',')
  if (head === '' || !frame.data.startsWith('{')) return frame.data
  return `{${head}${frame.data === '{}' ? '' : ','}${frame.data.slice(1)}`
}

const fields = /^\{((?:"\$(?:id|event)":"(?:[^"\\]|\\.)*",?)+)/

/** The frame in a JSON text written by `withFields`; any other text is a frame without id and name. */
export function takeFields(text: string): Frame {
  const match = text.startsWith('{"$') ? fields.exec(text) : null
  if (!match?.[1]) return { data: text }
  const { $id: id, $event: event }: { $id?: string; $event?: string } = JSON.parse(`{${match[1].replace(/,$/, '')}}`)
  return { id, event, data: `{${text.slice(match[0].length)}` }
}
