const longest = 2000

/**
 * Anything thrown, as a sentence that may be shown: the message of an error, or a thrown text. Never a stack, and never
 * the inside of a value that is neither.
 */
export function failureText(error: unknown): string {
  try {
    const stated = error instanceof Error ? error.message : error
    if (typeof stated !== 'string' || stated.trim() === '') return 'The tool failed without saying why'
    // Some libraries put the stack into the message.
    return (stated.split(/\n[ \t]*at /, 1)[0] ?? '').trim().slice(0, longest)
  } catch {
    // An error whose message throws when read.
    return 'The tool failed without saying why'
  }
}
