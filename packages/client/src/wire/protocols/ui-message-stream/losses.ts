import type { LossTable } from '../protocol.ts'

/** Nearly everything is kept: what has no chunk of its own travels as transient data. */
export const uiMessageStreamLosses: LossTable = {
  protocol: 'ui-message-stream',
  events: {
    started: 'made before the first event where there is none; members other than message_id are lost',
    iteration_start:
      'of the main loop it becomes the count of steps, without other members; one is made where the model speaks after its tools in a run without any; inside a DAWP run it is kept',
    token: 'of the main loop its content is kept, unless it is empty; inside a DAWP run it is kept',
    thinking_token: 'of the main loop its content is kept, unless it is empty; inside a DAWP run it is kept',
    tool_call_delta: 'of the main loop its new text is kept, after an empty one that opens the call; inside a DAWP run it is kept',
    tool_calls_ready: 'of the main loop each of its calls becomes a tool_call; inside a DAWP run it is kept',
    tool_call: 'of the main loop it is told once, when it is ready, with its name and operation joined; inside a DAWP run it is kept',
    tool_progress: 'of the main loop its data is kept where it has nothing else, and otherwise all of it; inside a DAWP run it is kept',
    tool_result:
      'of the main loop its result is kept, a tool_call made before it where there is none; no success becomes a tool_error; inside a DAWP run it is kept',
    tool_error:
      'of the main loop its text is kept, that of a denied call becomes the reason; a tool_call is made where there is none; inside a DAWP run it is kept',
    approval_request: 'of the main loop its expires_at is lost, and a tool_call is made before it where there is none; inside a DAWP run it is kept',
    approval_response: 'of the main loop its answer and reason are kept; without a request, or inside a DAWP run, all of it is',
    source: 'of the main loop its id, url and title are kept, without url and media_type all of it; inside a DAWP run it is kept',
    file: 'of the main loop its url or data is kept, without them all of it; inside a DAWP run it is kept',
    custom: 'of the main loop its name, data, id and transient are kept; inside a DAWP run it is kept',
    result: 'kept, and told at the end, if the run has one; made from the text of the last step where there is none',
    completed: "only its success is kept; without success it becomes an error with the result's reason",
    error: 'its text is kept',
    cancelled: 'its reason is kept',
  },
  others: 'kept',
}
