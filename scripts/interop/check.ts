/** What one check came to. A check that could not be made says why. */
export interface Outcome {
  readonly name: string
  readonly result: 'passed' | 'failed' | 'skipped'
  readonly why?: string
}

export interface Upstream {
  readonly name: string
  /** Makes every check, and leaves no process behind. */
  run(options: { readonly isRecording: boolean }): Promise<readonly Outcome[]>
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A check passes unless it throws, or takes longer than a minute. */
export async function check(name: string, make: (signal: AbortSignal) => Promise<unknown>): Promise<Outcome> {
  const signal = AbortSignal.timeout(60_000)
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  try {
    await Promise.race([make(signal), late])
    return { name, result: 'passed' }
  } catch (error) {
    return { name, result: 'failed', why: reasonOf(error) }
  }
}

export const skipped = (name: string, why: string): Outcome => ({ name, result: 'skipped', why })
