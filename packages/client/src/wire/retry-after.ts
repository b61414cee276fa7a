/**
 * How long a response asks to wait, in milliseconds: `retry-after-ms`, which model providers send, or `Retry-After` as seconds
 * (fractions too) or as a date (RFC 9110, 10.2.3). Undefined when it asks for nothing that can be understood.
 */
export function parseRetryAfter(headers: Pick<Headers, 'get'>, now: number): number | undefined {
  const milliseconds = amount(headers.get('retry-after-ms'))
  if (milliseconds !== undefined) return milliseconds
  const text = headers.get('retry-after')
  const seconds = amount(text)
  if (seconds !== undefined) return seconds * 1000
  const date = Date.parse(text ?? '')
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function amount(text: string | null): number | undefined {
  return text !== null && /^\s*\d{1,9}(?:\.\d{1,6})?\s*$/.test(text) ? Number(text) : undefined
}
