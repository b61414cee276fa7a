import type { LossTable } from '../protocol.ts'

const time = 'the time becomes the same instant in UTC, to the millisecond'
const unnamed = 'an id is made where there is none, and for the same call the same one'

/** Nearly nothing, because what has no words travels beside them. Inside a DAWP run every event is kept. */
export const agUiLosses: LossTable = {
  protocol: 'ag-ui',
  events: {
    started: `gets thread_id and run_id, and is made before the first event where there is none; ${time}`,
    token: `gets the id of its message, as message_id, unless its content is empty; ${time}`,
    thinking_token: `gets the id of its message, as message_id, unless its content is empty; ${time}`,
    tool_call_delta: `becomes id and name where the call begins, then the new piece as arguments_delta; other members are lost; ${unnamed}; ${time}`,
    tool_call: `${unnamed}; ${time}`,
    tool_result: `${unnamed}; ${time}`,
    tool_error: `${unnamed}; ${time}`,
    step_started: time,
    step_completed: time,
    result: 'told right before the end of the run; made from the text where there is none; only its reason is kept where it is what makes the run fail',
    completed: `without success it becomes an error with the result's reason; made after a result that ends a run; ${time}`,
    error: time,
    cancelled: time,
    custom: `a state that comes with the patch that led to it is told by that patch; ${time}`,
  },
  others: 'kept',
}
