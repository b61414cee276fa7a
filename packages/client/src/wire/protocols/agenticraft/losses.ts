import type { LossTable } from '../protocol.ts'

const time = 'the time becomes the same instant in UTC, to the millisecond'

/** JSON chunks: nearly nothing, because what has no words travels in metadata. */
export const agenticraftLosses: LossTable = {
  protocol: 'agenticraft',
  events: {
    started: 'made before the first event where there is none',
    token: `${time}, unless it has more than content and metadata`,
    result: 'made from the text where there is none',
    completed: `${time}; other members than execution_time are lost; without success it becomes an error with the result's reason`,
  },
  others: 'kept',
}

/** Bare text: the answer, and that it failed. */
export const agenticraftTextLosses: LossTable = {
  protocol: 'agenticraft-text',
  events: {
    started: 'made before the first event',
    token: 'of the main loop its content is kept, with every line end a line feed; inside a DAWP run it is lost',
    result: 'made from the text at a clean end',
    completed: "made at a clean end; without success it becomes an error with the result's reason",
    error: 'its text is kept, with every line end a line feed',
    cancelled: 'becomes an error with its reason',
  },
  others: 'lost',
}
