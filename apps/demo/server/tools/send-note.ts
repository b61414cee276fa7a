import { defineTool } from '@agentstream/edge'
import * as z from 'zod'

/** Asks a person before it does anything. Nothing is sent anywhere: the note is counted and forgotten. */
export const sendNote = defineTool({
  name: 'send_note',
  description: 'Sends a short note to a person. Somebody has to allow it first.',
  parameters: z.object({ to: z.string().min(1).max(60), text: z.string().min(1).max(500) }),
  needsApproval: true,
  execute: ({ to, text }) => ({ sent: true, to, characters: text.length }),
})
