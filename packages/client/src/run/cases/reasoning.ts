import type { EventOf } from '../../wire/events/vocabulary.ts'
import { addPart, closeText, type LoopDraft, loopState, restartLoop, stepOf } from '../draft.ts'
import { positionOf, toolCases, wholeName } from './tools.ts'

function note(loop: LoopDraft, event: EventOf<'thought' | 'observation'>): void {
  addPart(loop, event, { kind: event.type, iteration: event.iteration ?? loopState(loop).iteration, text: event.content })
}

/** Rounds of the loop, and what an agent says it thinks, does and sees in them. */
export const reasoningCases = {
  iteration_start(loop: LoopDraft, event: EventOf<'iteration_start'>): void {
    closeText(loop, stepOf(event))
    const isMain = loop === loop.run.main
    const state = loopState(loop)
    // AIECS retries a failed model call without a word: the numbers start again, and what came before is void.
    if (isMain && event.iteration <= state.iteration) restartLoop(loop)
    // Inside DAWP the iteration is always 1, so rounds are counted here.
    state.iteration = isMain ? event.iteration : state.iteration + 1
    if (event.max_iterations != null) state.maxIterations = event.max_iterations
    if (event.remaining != null) state.remaining = event.remaining
  },
  thought: note,
  observation: note,
  /** An action announces a call. Where the call itself was seen already, there is nothing to add. */
  action(loop: LoopDraft, event: EventOf<'action'>): void {
    const name = wholeName(event)
    if (positionOf(loop, ({ toolName }) => toolName === name || toolName === event.tool_name) !== undefined) return
    const call = { function: { name, arguments: JSON.stringify(event.parameters ?? {}) } }
    toolCases.tool_calls_ready(loop, { ...event, type: 'tool_calls_ready', tool_calls: [call] })
  },
}
