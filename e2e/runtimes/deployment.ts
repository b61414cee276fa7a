/** Two servers that share nothing but the journal. */
export interface Deployment {
  readonly urls: readonly [string, string]
  /** Kills both without a word, and starts both again, at the same addresses where they were. */
  restart(): Promise<void>
  stop(): Promise<void>
  /** Asks the first to end (SIGTERM), and starts it again when it has. Answers what it ended with. */
  readonly terminate?: () => Promise<number | null>
  /** Throws away what keeps the run in memory, and leaves its storage. */
  readonly reset?: (runId: string) => Promise<void>
  /** What every rule of the journal contracts came to, tried in there: its name, and what was wrong. */
  readonly contract?: () => Promise<readonly (readonly [string, string])[]>
  /** Rejections in there that nobody handled, where they do not end the process. */
  readonly unhandled?: () => Promise<readonly string[]>
}
