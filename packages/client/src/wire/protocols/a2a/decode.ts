import { isTerminalEvent } from '../../events/ending.ts'
import { isMain } from '../../events/scope.ts'
import { custom } from '../../events/told-run.ts'
import type { AgentEvent, EventOf } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { given } from '../../json.ts'
import { readSameFrames } from '../../same-frame.ts'
import type { Stage } from '../../stage.ts'
import { endEvents, type LastWord } from './ending.ts'
import { wrong } from './fields.ts'
import { eventIn, isOwnTask } from './own.ts'
import { createArtifacts, partEvents, textIn } from './parts.ts'
import { type Piece, pieceOf, variablesOf, withVariables } from './pieces.ts'
import { type RpcId, readAnswer } from './rpc.ts'
import { isTerminalState, type ReadUpdate, type Status, type Update, type Written } from './update.ts'

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
  let last: LastWord | undefined

  const told = (events: AgentEvent[]): AgentEvent[] => {
    for (const event of events) {
      isOver ||= isTerminalEvent(event)
      if (event.type === 'token') output += isMain(event) ? event.content : ''
      else hasResult ||= event.type === 'result' && isMain(event)
    }
    return events
  }

  /** What a status says beside its state: what an answer repeats of the artifacts was told. */
  const saying = ({ state, message }: Status): AgentEvent[] => {
    if (!message?.isAgent) return []
    const { parts } = message
    const own = parts.flatMap((part) => eventIn(part) ?? [])
    if (own.length > 0) return own
    const text = textIn(parts)
    const isAnswer = state === 'completed' || state === 'input-required'
    const isNew = isAnswer && !output.endsWith(text)
    const events = parts.flatMap((part) => (part.kind !== 'text' || isNew ? partEvents(part) : []))
    return isAnswer || isTerminalState(state) || text === '' ? events : [{ type: 'status', status: text }, ...events]
  }
  const result = (stop?: string): AgentEvent[] => (hasResult ? [] : [{ type: 'result', output, success: true, ...given({ stop_reason: stop }) }])

  const finish = (update: LastWord): AgentEvent[] => told(endEvents(update, result))
  const statusEvents = (update: LastWord & { readonly isFinal: boolean }): AgentEvent[] => {
    const { state } = update.status
    const said = told(saying(update.status))
    const asks = isInterrupted(state) && !said.some(({ type }) => type === 'approval_request')
    const events = asks ? [...said, ...told([custom(state, { ...task })])] : said
    last = isTerminalState(state) || asks ? update : undefined
    return update.isFinal ? [...events, ...finish(update)] : events
  }
  const own = (update: Written | Piece): void => {
    // @a2a-js/sdk 0.3 gives the failure of an agent that threw an id of its own; with it nobody's answer gets into this one.
    if (update.kind === 'status' && update.status.state === 'failed') return
    const { taskId, contextId } = update
    if (!task) onTask?.(taskId)
    task ??= { taskId, contextId }
    if (task.taskId !== taskId) throw wrong('a frame of another task', { taskId })
  }
  const decode = (update: Update | Piece | Refusal): AgentEvent[] => {
    if ('taskId' in update) own(update)
    switch (update.kind) {
      case 'refusal':
        return told([update.error])
      case 'piece':
        artifacts.add(update.artifactId, update.token.content)
        return told([update.token])
      case 'task': {
        isStarted ||= isOwnTask(update.metadata)
        const events = told(update.artifacts.flatMap((artifact) => artifacts.tell(artifact, { append: false })))
        return [...events, ...statusEvents(update)]
      }
      case 'status':
        return statusEvents(update)
      case 'artifact':
        return told(artifacts.tell(update.artifact, update))
      case 'message':
        if (!update.message.isAgent) return []
        if (!task) last = { status: { state: 'completed' } }
        return told(update.message.parts.flatMap((part) => partEvents(part)))
      case 'unknown':
        return [custom(update.name, update.value)]
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
      const events = decode(frame.event === 'error' ? readFrame(frame) : readData(frame.data))
      const begins = !isStarted
      isStarted = true
      return begins ? [{ type: 'started' }, ...events] : events
    },
    end: () => (isOver || !last ? [] : finish(last)),
  }
}
