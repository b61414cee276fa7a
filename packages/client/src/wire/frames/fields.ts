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

const member = /"\$(id|event)":("(?:[^"\\]|\\.)*"),?/y

/** The frame in a JSON text written by `withFields`; any other text is a frame without id and name. */
export function takeFields(text: string): Frame {
  if (!text.startsWith('{"$')) return { data: text }
  const fields: { id?: string; event?: string } = {}
  let at = 1
  for (;;) {
    member.lastIndex = at
    const match = member.exec(text)
    if (!match) return { ...fields, data: `{${text.slice(at)}` }
    fields[match[1] as 'id' | 'event'] = JSON.parse(match[2] ?? '""')
    at = member.lastIndex
  }
}
