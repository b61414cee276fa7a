import { isTerminalEvent } from '../../events/ending.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { readSameFrames } from '../../same-frame.ts'
import type { Stage } from '../../stage.ts'
import { endEvents } from './ending.ts'
import { wrong } from './fields.ts'
import { eventIn, isOwnTask } from './own.ts'
import { createArtifacts, partEvents, textOf } from './parts.ts'
import { type Piece, pieceOf, variablesOf, withVariables } from './pieces.ts'
import { type RpcId, readAnswer } from './rpc.ts'
import { isTerminalState, type Message, type Metadata, type ReadUpdate, type Status, type Update } from './update.ts'

const isInterrupted = (state: string): boolean => state === 'input-required' || state === 'auth-required'

/** What the call was answered with in the place of an update. */
interface Refusal {
  readonly kind: 'refusal'
  readonly error: EventOf<'error'>
}

/** Frames of one call. Those of another call, or of another task, are refused: they would put one answer into another. */
export function a2aDecoder(read: ReadUpdate, requestId: RpcId | undefined, onTask?: (taskId: string) => void): Stage<Frame, AgentEvent> {
  const artifacts = createArtifacts()
  let callId = requestId
  let task: { readonly taskId: string; readonly contextId: string } | undefined
  let isStarted = false
  let isOver = false
  let hasResult = false
  let output = ''
  /** What an end in order would mean: a status that may be the last, or a message that was the whole answer. */
  let last: { readonly status: Status; readonly metadata?: Metadata | undefined } | undefined

  const note = (events: readonly AgentEvent[]): void => {
    for (const event of events) {
      isOver ||= isTerminalEvent(event)
      if (effectiveLoopScope(event).kind === 'dawp') continue
      if (event.type === 'token') output += event.content
      else if (event.type === 'result') hasResult = true
    }
  }
  const told = (events: AgentEvent[]): AgentEvent[] => {
    note(events)
    return events
  }
  const begun = (events: AgentEvent[]): AgentEvent[] => {
    if (isStarted) return events
    isStarted = true
    return [{ type: 'started' }, ...events]
  }

  /** What an answer in a status adds: what it repeats of the artifacts was told. */
  const answering = ({ parts }: Message): AgentEvent[] => {
    const isRepeated = output.endsWith(textOf(parts))
    return parts.filter(({ kind }) => kind !== 'text' || !isRepeated).flatMap((part) => partEvents(part))
  }
  /** What a status says beside its state. */
  const saying = ({ state, message }: Status): AgentEvent[] => {
    if (!message?.isAgent) return []
    const own = message.parts.map(eventIn).filter((event) => event !== undefined)
    if (own.length > 0) return own
    if (state === 'completed' || state === 'input-required') return answering(message)
    const text = textOf(message.parts)
    const others = message.parts.filter(({ kind }) => kind !== 'text').flatMap((part) => partEvents(part))
    return isTerminalState(state) || text === '' ? others : [{ type: 'status', status: text }, ...others]
  }
  const result = (stop?: string): AgentEvent[] =>
    hasResult ? [] : [{ type: 'result', output, success: true, ...(stop === undefined ? {} : { stop_reason: stop }) }]

  const finish = (status: Status, metadata: Metadata | undefined): AgentEvent[] => endEvents(status, metadata, result)
  const statusEvents = (status: Status, isFinal: boolean, metadata: Metadata | undefined): AgentEvent[] => {
    const said = told(saying(status))
    const asks = isInterrupted(status.state) && !said.some(({ type }) => type === 'approval_request')
    const events = asks ? [...said, ...told([{ type: 'custom', name: status.state, data: { ...task } }])] : said
    last = isTerminalState(status.state) || asks ? { status, metadata } : undefined
    return isFinal ? [...events, ...told(finish(status, metadata))] : events
  }
  const own = ({ taskId, contextId }: { taskId: string; contextId: string }): void => {
    if (!task) onTask?.(taskId)
    task ??= { taskId, contextId }
    if (task.taskId !== taskId) throw wrong('a frame of another task', { taskId })
  }
  const decode = (update: Update | Piece): AgentEvent[] => {
    switch (update.kind) {
      case 'piece':
        own(update)
        artifacts.add(update.artifactId, update.token.content)
        return told([update.token])
      case 'task': {
        own(update)
        isStarted ||= isOwnTask(update.metadata)
        const events = told(update.artifacts.flatMap((artifact) => artifacts.tell(artifact, { append: false })))
        // A task that is over already is the whole answer: that of `message/send`, or of a task that is asked for again.
        return [...events, ...statusEvents(update.status, isTerminalState(update.status.state), update.metadata)]
      }
      case 'status':
        // @a2a-js/sdk 0.3 gives the failure of an agent that threw an id of its own; with it nobody's answer gets into this one.
        if (update.status.state !== 'failed') own(update)
        return statusEvents(update.status, update.isFinal, update.metadata)
      case 'artifact':
        own(update)
        return told(artifacts.tell(update.artifact, update))
      case 'message':
        if (!update.message.isAgent) return []
        if (!task) last = { status: { state: 'completed' } }
        return told(update.message.parts.flatMap((part) => partEvents(part)))
      case 'unknown':
        return [{ type: 'custom', name: update.name, data: update.value }]
    }
  }
  const ofThisCall = (id: RpcId, isError: boolean): void => {
    if (callId === undefined) callId = id
    // A server that could not read the call does not know its id.
    if (id !== callId && !(isError && id === null)) throw wrong('a frame of another call', { id })
  }
  const readFrame = (frame: Frame): Update | Piece | Refusal => {
    const answer = readAnswer(frame)
    ofThisCall(answer.id, 'error' in answer)
    if ('error' in answer) return { kind: 'refusal', error: answer.error }
    const update = read(answer.result)
    return pieceOf(update) ?? update
  }
  const readData = readSameFrames<Update | Piece | Refusal>({
    read: (data) => readFrame({ data }),
    variables: (value) => (value.kind === 'piece' ? variablesOf(value) : []),
    fill: (value, variables) => (value.kind === 'piece' ? withVariables(value, variables) : undefined),
  })
  return {
    push(frame) {
      if (isOver || frame.data === '') return []
      const value = frame.event === 'error' ? readFrame(frame) : readData(frame.data)
      return begun(value.kind === 'refusal' ? told([value.error]) : decode(value))
    },
    end: () => (isOver || !last ? [] : told(finish(last.status, last.metadata))),
  }
}
