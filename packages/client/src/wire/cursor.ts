/**
 * A cursor names one entry of one run's journal: `<epoch>-<seq>`. The epoch names the journal's incarnation,
 * the sequence is dense and starts at 1, so a gap is visible. Any other id is opaque and says nothing about order.
 */
export interface Cursor {
  readonly epoch: string
  readonly seq: number
}

const shape = /^([A-Za-z0-9]{1,64})-(\d{1,15})$/

/** The cursor in an id, or undefined when the id is opaque. */
export function parseCursor(id: string): Cursor | undefined {
  const match = shape.exec(id)
  return match?.[1] && match[2] ? { epoch: match[1], seq: Number(match[2]) } : undefined
}

/** The text that `parseCursor` reads. */
export function formatCursor(cursor: Cursor): string {
  return `${cursor.epoch}-${cursor.seq}`
}
