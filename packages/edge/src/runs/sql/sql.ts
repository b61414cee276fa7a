export type SqlValue = string | number | null

/** What is asked of a SQLite database, whoever runs it: rows for a statement, and several statements as one. */
export interface Sql {
  rows(statement: string, ...values: readonly SqlValue[]): readonly unknown[]
  /** All of it or, when it throws, nothing. */
  atomically<T>(work: () => T): T
}
