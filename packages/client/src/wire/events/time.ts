/**
 * When an event happened, in milliseconds since 1970, or undefined. AIECS writes UTC without a zone
 * (`2026-03-04T09:15:00.125000`), which `new Date` would read as local time.
 */
export function eventTime(event: { readonly timestamp?: string | null | undefined }): number | undefined {
  const text = event.timestamp
  if (!text) return undefined
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  return Number.isNaN(time) ? undefined : time
}
