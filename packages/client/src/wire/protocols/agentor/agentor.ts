/**
 * Agentor: one object per step of a run, of every release, and the events of its engine. In come frames, out go events, and
 * back. Its chat objects have no ids, no end and no mark of failure: ids are made here in order, and a run has completed when the
 * stream was closed in order after a reply; a failed run is cut off (`AgentLoop.astream` throws).
 * Rules: Agentor 0.1.0rc2, `src/agentor/core/agent.py`, `output_text_formatter.py`, `engine/events.py`; 0.0.4 to 0.0.23 for older objects.
 */
import { bareJsonSse } from '../../frames/concatenated-sse.ts'
import type { TwoWayProtocol } from '../protocol.ts'
import { agentorEncoder, chatEncoder } from './encode.ts'
import { readAgentor } from './read.ts'

/** Reads whatever Agentor's servers send, writes proper server-sent events (or lines, or sequences) of compact objects. */
export const agentor: TwoWayProtocol = { ...readAgentor(), encoder: agentorEncoder }

/** The same, written as its own `/chat` does: indented objects one after another under `text/event-stream`. */
export const agentorChat: TwoWayProtocol = { ...readAgentor(), name: 'agentor-chat', framings: [bareJsonSse], encoder: chatEncoder }
