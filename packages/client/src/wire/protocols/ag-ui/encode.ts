import { parseCursor } from '../../cursor.ts'
import { watchEnding } from '../../events/ending.ts'
import { effectiveLoopScope } from '../../events/scope.ts'
import type { AgentEvent, EventOf, EventType } from '../../events/vocabulary.ts'
import type { Frame } from '../../frames/frame.ts'
import { isObject } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { Entry } from '../protocol.ts'
import type { AgUiReading } from './decode.ts'
import { createCallWords } from './encode-calls.ts'
import { createSpeechWords } from './encode-speech.ts'
import { closing, remark, time, type Word } from './encode-words.ts'
import { isConversation, isEncryptedValue, isOtherMessage, type OtherMessage } from './messages.ts'
import { createPatchedDocument, isPatch } from './patch.ts'
import { names, ours } from './words.ts'

/** The names of one conversation and run, for a server that was told them, and how its streams are read. */
export interface AgUiOptions extends AgUiReading {
  /** Written: what the client named its conversation and its run. Without them the run's own names are told, or made of its cursor. */
  readonly threadId?: string
  readonly runId?: string
}

type Words = { readonly [T in EventType]?: (event: EventOf<T>) => Word[] }

const isMain = (event: AgentEvent): boolean => effectiveLoopScope(event).kind === 'main'

/** What AG-UI has no words for goes whole, as the value of a custom event. */
const carry = (event: AgentEvent): Word => ({ type: 'CUSTOM', name: ours, value: event, ...time(event) })

function resultOf(event: EventOf<'result'> | undefined): object | undefined {
  if (!event) return undefined
  const { type: _, output, ...rest } = event
  return output == null ? { ...rest, output: output ?? null } : rest
}

/** Custom events whose names are words of AG-UI are told in those. */
function createCustomWords(): (event: EventOf<'custom'>) => Word {
  const reader = createPatchedDocument({})
  const state = (event: EventOf<'custom'>): Word => {
    // Only a patch that goes on from what its reader has; that both give the same is the word of whoever sent it.
    const patch = event['patch']
    const goesOn = isPatch(patch) && reader.apply(patch)
    reader.set(event.data ?? null)
    if (goesOn) return { type: 'STATE_DELTA', delta: patch, ...time(event), ...remark(event, ['name', 'data', 'patch']) }
    return { type: 'STATE_SNAPSHOT', snapshot: event.data ?? null, ...time(event), ...remark(event, ['name', 'data']) }
  }
  return (event) => {
    const { name, data } = event
    if (name === ours) return carry(event)
    if (name === names.state) return state(event)
    if (name === names.raw && data !== undefined) return raw(event)
    const word = activity(event) ?? received(event) ?? { type: 'CUSTOM', name, value: data ?? null }
    return { ...remark(event, ['name', 'data']), ...word, ...time(event) }
  }
}

function received({ name, data }: EventOf<'custom'>): Word | undefined {
  if (isConversation(name, data)) return { type: 'MESSAGES_SNAPSHOT', messages: data }
  return isEncryptedValue(name, data) ? data : undefined
}

/** Only what is read again as it is: nothing beside the message. */
const isOther = (event: EventOf<'custom'>): event is EventOf<'custom'> & { data: OtherMessage } =>
  isOtherMessage(event.name, event.data) && Object.keys(event).length === 3

function other({ id: messageId, role, content: delta }: OtherMessage): Word[] {
  const said = delta === '' ? [] : [{ type: 'TEXT_MESSAGE_CONTENT', messageId, delta }]
  return [{ type: 'TEXT_MESSAGE_START', messageId, role }, ...said, { type: 'TEXT_MESSAGE_END', messageId }]
}

function raw(event: EventOf<'custom'>): Word {
  const source = typeof event['source'] === 'string' ? { source: event['source'] } : {}
  return { type: 'RAW', event: event.data, ...source, ...time(event), ...remark(event, ['name', 'data', ...Object.keys(source)]) }
}

/** Only what is read again as it is: three members, of which one repeats the id in the name. */
function activity(event: EventOf<'custom'>): Word | undefined {
  const { name, data } = event
  if (!name.startsWith(names.activity) || !isObject(data) || Object.keys(data).length !== 3) return undefined
  const { message_id: messageId, activity_type: activityType, content } = data
  if (messageId !== name.slice(names.activity.length) || typeof activityType !== 'string' || !isObject(content)) return undefined
  return { type: 'ACTIVITY_SNAPSHOT', messageId, activityType, content, replace: true }
}

export function agUiEncoder({ threadId, runId }: AgUiOptions = {}): Stage<Entry, Frame> {
  const ending = watchEnding()
  let result: EventOf<'result'> | undefined
  let run: { readonly threadId: string; readonly runId: string } | undefined
  let isOver = false
  let count = 0
  const ids = { next: (kind: string) => `${run?.runId ?? ''}-${kind}-${++count}` }
  const speech = createSpeechWords(ids)
  const calls = createCallWords(ids, speech.parent)
  const custom = createCustomWords()
  const steps = new Set<string>()

  const begin = (id: string, event: AgentEvent): Word[] => {
    const { thread_id: thread, run_id: named } = event.type === 'started' ? event : { thread_id: undefined, run_id: undefined }
    const ownId = runId ?? (typeof named === 'string' && named !== '' ? named : (parseCursor(id)?.epoch ?? 'run'))
    run = { threadId: threadId ?? (typeof thread === 'string' && thread !== '' ? thread : ownId), runId: ownId }
    const known = event.type === 'started' && isMain(event) ? { ...time(event), ...remark(event, ['thread_id', 'run_id']) } : {}
    return [{ type: 'RUN_STARTED', ...run, ...known }]
  }
  const say = (event: EventOf<'token'> | EventOf<'thinking_token'>): Word[] => (event.content === '' ? [carry(event)] : speech.say(event))
  const answer = (event: EventOf<'tool_result'> | EventOf<'tool_error'>): Word[] => {
    speech.turn()
    return [...speech.close(), ...calls.result(event)]
  }
  const words: Words = {
    token: say,
    thinking_token: say,
    iteration_start(event) {
      speech.turn()
      return [...speech.close(), carry(event)]
    },
    tool_call_delta: (event) => [...speech.close(), ...calls.assemble(event)],
    tool_call: (event) => [...speech.close(), ...calls.call(event)],
    tool_result: answer,
    tool_error: answer,
    custom: (event) => (isOther(event) ? [...speech.close(), ...other(event.data)] : [custom(event)]),
    result(event) {
      result = event
      return []
    },
    step_started(event) {
      if (steps.has(event.step_name)) return [carry(event)]
      steps.add(event.step_name)
      return [{ type: 'STEP_STARTED', stepName: event.step_name, ...time(event), ...remark(event, ['step_name']) }]
    },
    step_completed(event) {
      if (!steps.delete(event.step_name)) return [carry(event)]
      return [{ type: 'STEP_FINISHED', stepName: event.step_name, ...time(event), ...remark(event, ['step_name']) }]
    },
  }
  /** AG-UI allows nothing to stay open at the end. */
  const closeAll = (): Word[] => [
    ...speech.close(),
    ...calls.close(),
    ...Array.from(steps, (stepName): Word => ({ type: 'STEP_FINISHED', stepName, ...closing })),
  ]
  const failed = (event: AgentEvent | undefined): Word => {
    const earlier = result ? { result: { ...resultOf(result), output: result.output ?? null } } : {}
    if (event?.type === 'error') {
      const { error: message, code } = event
      const coded = typeof code === 'string' ? { code } : {}
      return { type: 'RUN_ERROR', message, ...coded, ...time(event), ...remark(event, ['error', ...Object.keys(coded)], earlier) }
    }
    const message = event || result ? (result?.reason ?? 'The agent reported that it did not succeed') : 'The run ended before its answer did'
    return { type: 'RUN_ERROR', message, code: event || result?.success === false ? 'agent' : 'interrupted' }
  }
  const last = (event: AgentEvent | undefined): Word => {
    const outcome = ending.outcome({ isNumbered: false })
    if (outcome === 'cancelled' && event) {
      const earlier = result ? { result: { ...resultOf(result), output: result.output ?? null } } : {}
      return { type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' }, ...time(event), ...remark(event, [], earlier) }
    }
    if (outcome !== 'completed') return failed(event)
    const output = result?.output == null ? {} : { result: result.output }
    const details = resultOf(result)
    const end = event ?? { type: 'completed' as const, success: true }
    const known = end.type === 'completed' && end.success === null ? [] : ['success']
    return { type: 'RUN_FINISHED', ...run, ...output, ...time(end), ...remark(end, known, details ? { result: details } : {}) }
  }
  const tell = (event: AgentEvent): Word[] => {
    if (!isMain(event)) return [carry(event)]
    // One lookup by the event's own type: the types cannot follow that both sides of it are the same.
    const word = words[event.type] as ((event: AgentEvent) => Word[]) | undefined
    return word ? word(event) : [carry(event)]
  }
  const push = (id: string, event: AgentEvent): Word[] => {
    const isFirst = run === undefined
    const first = isFirst ? begin(id, event) : []
    ending.see(event)
    if (ending.isOver()) {
      isOver = true
      return [...first, ...closeAll(), last(event)]
    }
    return isFirst && event.type === 'started' && isMain(event) ? first : [...first, ...tell(event)]
  }
  // No frame has an id: one entry is many frames or none, and an id would promise that none is missing.
  const frame = (word: Word): Frame => ({ data: JSON.stringify(word) })
  return {
    push: ({ id, event }) => (isOver ? [] : push(id, event).map(frame)),
    end() {
      if (isOver) return []
      isOver = true
      const first = run ? [] : begin('', { type: 'started' })
      return [...first, ...closeAll(), last(undefined)].map(frame)
    },
  }
}
