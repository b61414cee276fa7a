import type { EventOf } from '../../wire/events/vocabulary.ts'
import { addPart, closeText, type LoopDraft, restartLoop, stepOf } from '../draft.ts'
import { toolCases } from './tools.ts'

/** Rounds of the loop, and what an agent says it thinks, does and sees in them. */
export const reasoningCases = {
  iteration_start(loop: LoopDraft, event: EventOf<'iteration_start'>): void {
    closeText(loop, stepOf(event).stepName)
    const isMain = loop === loop.run.main
    const state = loop.state()
    // AIECS retries a failed model call without a word: the numbers start again, and what came before is void.
    if (isMain && event.iteration <= state.iteration) restartLoop(loop)
    // Inside DAWP the iteration is always 1, so rounds are counted here.
    state.iteration = isMain ? event.iteration : state.iteration + 1
    if (event.max_iterations != null) state.maxIterations = event.max_iterations
    if (event.remaining != null) state.remaining = event.remaining
  },
  thought(loop: LoopDraft, event: EventOf<'thought'>): void {
    addPart(loop, { kind: 'thought', iteration: event.iteration ?? loop.state().iteration, text: event.content, ...stepOf(event) })
  },
  observation(loop: LoopDraft, event: EventOf<'observation'>): void {
    addPart(loop, { kind: 'observation', iteration: event.iteration ?? loop.state().iteration, text: event.content, ...stepOf(event) })
  },
  /** An action announces a call. Where the call itself was seen already, there is nothing to add. */
  action(loop: LoopDraft, event: EventOf<'action'>): void {
    const name = event.operation ? `${event.tool_name}_${event.operation}` : event.tool_name
    const { parts } = loop.state()
    const isKnown = loop.openTools.some((position) => {
      const part = parts[position]
      return part?.kind === 'tool' && (part.toolName === name || part.toolName === event.tool_name)
    })
    if (isKnown) return
    const call = { function: { name, arguments: JSON.stringify(event.parameters ?? {}) } }
    toolCases.tool_calls_ready(loop, { ...event, type: 'tool_calls_ready', tool_calls: [call] })
  },
}
