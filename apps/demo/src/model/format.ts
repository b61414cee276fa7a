export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  return milliseconds < 60_000
    ? `${(milliseconds / 1000).toFixed(1)} s`
    : `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`
}

export function formatCount(amount: number, what: string): string {
  return `${amount.toLocaleString('en')} ${what}${amount === 1 ? '' : 's'}`
}

export function formatTimes(times: number): string {
  return times === 1 ? 'once' : `${times} times`
}

export function formatRate(perSecond: number): string {
  return perSecond < 100 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en')
}

/** Any value as text a person can read: text as it is, the rest as indented JSON. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return value
  return JSON.stringify(value, undefined, 2) ?? ''
}

/** An object of plain values as one line each; anything else as `formatValue` shows it. */
export function formatMembers(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return formatValue(value)
  const members = Object.entries(value)
  if (members.some(([, member]) => typeof member === 'object' && member !== null)) return formatValue(value)
  return members.map(([name, member]) => `${name}: ${formatValue(member)}`).join('\n')
}
