import type { LossTable } from '../protocol.ts'

/** Chat objects tell the text, which tools were called, and what they answered. */
export const agentorLosses: LossTable = {
  protocol: 'agentor',
  events: {
    started: 'made before the first event',
    token: 'of the main loop its content is kept; inside a DAWP run it is lost',
    thinking_token: 'of the main loop its content is kept, unless it is exactly `[]` or a printed list of contents; inside a DAWP run it is lost',
    tool_call: 'of the main loop its name is kept, joined with the operation; parameters are lost, and the id is made anew, in order',
    tool_result:
      'becomes a text; one that begins with `Error: `, or as failures of older releases do, or was no success, becomes a tool_error; results of one tool are paired with its calls in order',
    tool_error: 'its text is kept; the id is the one made for its call',
    result: 'its output becomes the text since the last tool, or is made a text where there is none; other members are lost',
    completed: "its execution_time is lost; without success it becomes an error with the result's reason",
    error: 'its text and code are kept; without a code it gets `agent`',
    cancelled: 'its reason is kept, or made',
  },
  others: 'lost',
}
