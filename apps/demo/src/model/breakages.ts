/** What the demo's server can do to a stream, in the words of the page. */
export const breakageWords = {
  cut: { button: 'Cut the connection', asked: 'You cut the connection.' },
  repeat: { button: 'Repeat events', asked: 'You had the server send its newest events twice.' },
  silence: { button: 'Go silent', asked: 'You silenced the line. It stays open, and nothing comes: the page gives it six seconds.' },
  kill: { button: 'Kill the process', asked: 'You killed the server’s process. Another can go on when its lease is over, in three seconds.' },
  expire: { button: 'Expire the token', asked: 'You expired the page’s token, and cut the connection.' },
} as const

export type Breakage = keyof typeof breakageWords

export function isBreakage(name: unknown): name is Breakage {
  return typeof name === 'string' && Object.hasOwn(breakageWords, name)
}
