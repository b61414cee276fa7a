let second = Number.NaN
/** How the texts of that second begin: `2026-03-04T09:15:00.`. */
let beginning = ''

/**
 * The same text as `new Date(milliseconds).toISOString()`, which costs a decoder more than parsing the frame did: streams name
 * times of the same second over and over, and only what changes within it is written anew. Throws RangeError as that does.
 */
export function toIsoTime(milliseconds: number): string {
  const time = Math.trunc(milliseconds)
  const within = Math.floor(time / 1000)
  if (within !== second) {
    beginning = new Date(within * 1000).toISOString().slice(0, -4)
    second = within
  }
  // Three digits, behind one that keeps the zeros in front.
  return beginning + `${1000 + time - within * 1000}Z`.slice(1)
}

/** The same of a number of such `units` of milliseconds; nothing for anything else, and beyond what a Date can hold, which refuses to be written. */
export function isoTimeOf(time: unknown, units = 1): string | undefined {
  return typeof time === 'number' && Math.abs(time * units) <= 8.64e15 ? toIsoTime(time * units) : undefined
}
