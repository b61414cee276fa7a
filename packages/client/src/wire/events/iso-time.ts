let minute = Number.NaN
/** How the texts of that minute begin: `2026-03-04T09:15:`. */
let beginning = ''

/**
 * The same text as `new Date(milliseconds).toISOString()`, which costs a decoder more than parsing the frame did: streams name
 * times of the same minute over and over, and only what changes within it is written anew. Throws RangeError as that does.
 */
export function toIsoTime(milliseconds: number): string {
  const time = Math.trunc(milliseconds)
  const within = Math.floor(time / 60_000)
  if (within !== minute) {
    beginning = new Date(within * 60_000).toISOString().slice(0, -7)
    minute = within
  }
  // Two digits of seconds and three of their parts, behind a digit that keeps the zeros in front.
  const digits = String(100_000 + time - within * 60_000)
  return `${beginning}${digits.slice(1, 3)}.${digits.slice(3)}Z`
}
