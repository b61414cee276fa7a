import { collect, textOf } from '@agentstream/client'
import { mockStream } from '@agentstream/client/testing'

/** A page before its agent is there, or a test of what reads the text. */
export const rehearsal = () => collect(textOf(mockStream('High water at 14:05.', { chunkSize: 8, delayMs: 1 })))
