import { type Framing, LimitError, sse } from '@agentstream/client/wire'

/** A body that is one JSON document, as servers send it that were asked not to stream: one frame, when the bytes end. */
export const wholeBody: Framing = {
  ...sse,
  name: 'whole',
  contentType: 'application/json',
  decoder: (limits) => {
    const utf8 = new TextDecoder()
    const texts: string[] = []
    let length = 0
    return {
      push(bytes) {
        const text = utf8.decode(bytes, { stream: true })
        length += text.length
        if (limits && length > limits.eventBytes) throw new LimitError('A record', limits.eventBytes, 'bytes')
        texts.push(text)
        return []
      },
      end() {
        const data = texts.join('') + utf8.decode()
        return data.trim() === '' ? [] : [{ data }]
      },
    }
  },
}
