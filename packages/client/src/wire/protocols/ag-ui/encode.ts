import { parseCursor } from '../../cursor.ts'
import { isMain } from '../../events/scope.ts'
import type { AgentEvent, EventOf, EventType } from '../../events/vocabulary.ts'
import { type Ending, type Entry, failureCode, failureOf, type RunWords, writtenRun } from '../../events/written-run.ts'
import type { Frame } from '../../frames/frame.ts'
import { ifText, isName, isObject, isText } from '../../json.ts'
import type { Stage } from '../../stage.ts'
import type { AgUiReading } from './decode.ts'
import { createCallWords } from './encode-calls.ts'
import { createSpeechWords } from './encode-speech.ts'
import { closing, envelope, time, type Word } from './encode-words.ts'
import { isConversation, isEncryptedValue, isOtherMessage, type OtherMessage } from './messages.ts'
import { createPatchedDocument, isPatch } from './patch.ts'
import { names, ours, type Remark } from './words.ts'

/** The names of one conversation and run, for a server that was told them, and how its streams are read. */
export interface AgUiOptions extends AgUiReading {
  /** Written: what the client named its conversation and its run. Without them the run's own names are told, or made of its cursor. */
  readonly threadId?: string
  readonly runId?: string
}

/** The words for an event; undefined where there are none, and it has to be carried. */
type Words = { readonly [T in EventType]?: (event: EventOf<T>) => Word[] | undefined }

/** What AG-UI has no words for goes whole, as the value of a custom event. */
const carry = (event: AgentEvent): Word => ({ type: 'CUSTOM', name: ours, value: event, ...time(event) })

/** A result beside the words for the end of its run, with its output unless they tell it. */
function resultBeside(result: EventOf<'result'> | undefined, isOutputTold: boolean): Remark {
  if (!result) return {}
  const { type: _, output, ...rest } = result
  return { result: isOutputTold ? rest : { ...rest, output: output ?? null } }
}

/** Custom events whose names are words of AG-UI are told in those. */
function createCustomWords(): (event: EventOf<'custom'>) => Word {
  const reader = createPatchedDocument({})
  const state = ({ data = null, patch }: EventOf<'custom'>): Word => {
    // Only a patch that goes on from what its reader has; that both give the same is the word of whoever sent it.
    const goesOn = isPatch(patch) && reader.apply(patch)
    reader.set(data)
    return goesOn ? { type: 'STATE_DELTA', delta: patch } : { type: 'STATE_SNAPSHOT', snapshot: data }
  }
  return (event) => {
    const { name, data } = event
    if (name === ours) return carry(event)
    const word = name === names.state ? state(event) : (received(event) ?? { type: 'CUSTOM', name, value: data ?? null })
    const told = ['name', 'data', ...(word['delta'] ? ['patch'] : []), ...(word['source'] === undefined ? [] : ['source'])]
    return { ...word, ...envelope(event, told) }
  }
}

/** As it was received. */
function received(event: EventOf<'custom'>): Word | undefined {
  const { name, data, source } = event
  if (name === names.raw && data !== undefined) return { type: 'RAW', event: data, source: ifText(source) }
  if (isConversation(name, data)) return { type: 'MESSAGES_SNAPSHOT', messages: data }
  return isEncryptedValue(name, data) ? data : activity(event)
}

/** Only what is read again as it is: nothing beside the message. */
const isOther = (event: EventOf<'custom'>): event is EventOf<'custom'> & { data: OtherMessage } =>
  isOtherMessage(event.name, event.data) && Object.keys(event).length === 3

function other({ id: messageId, role, content: delta }: OtherMessage): Word[] {
  const said = delta === '' ? [] : [{ type: 'TEXT_MESSAGE_CONTENT', messageId, delta }]
  return [{ type: 'TEXT_MESSAGE_START', messageId, role }, ...said, { type: 'TEXT_MESSAGE_END', messageId }]
}

/** Only what is read again as it is: three members, of which one repeats the id in the name. */
function activity({ name, data }: EventOf<'custom'>): Word | undefined {
  if (!name.startsWith(names.activity) || !isObject(data) || Object.keys(data).length !== 3) return undefined
  const { message_id: messageId, activity_type: activityType, content } = data
  if (messageId !== name.slice(names.activity.length) || !isText(activityType) || !isObject(content)) return undefined
  return { type: 'ACTIVITY_SNAPSHOT', messageId, activityType, content, replace: true }
}

function agUiWords({ threadId, runId }: AgUiOptions): RunWords<Word> {
  let run: { readonly threadId: string; readonly runId: string } | undefined
  let count = 0
  const newId = (kind: string): string => `${run?.runId ?? ''}-${kind}-${++count}`
  const speech = createSpeechWords(newId)
  const calls = createCallWords(newId, speech.parent)
  const custom = createCustomWords()
  const steps = new Set<string>()

  const say = (event: EventOf<'token'> | EventOf<'thinking_token'>) => (event.content === '' ? undefined : speech.say(event))
  const answer = (event: EventOf<'tool_result'> | EventOf<'tool_error'>): Word[] => {
    speech.turn()
    return [...speech.close(), ...calls.result(event)]
  }
  const step = (type: string, event: EventOf<'step_started'> | EventOf<'step_completed'>): Word[] => [
    { type, stepName: event.step_name, ...envelope(event, ['step_name']) },
  ]
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
    // Told with the end of the run.
    result: () => [],
    step_started(event) {
      if (steps.has(event.step_name)) return undefined
      steps.add(event.step_name)
      return step('STEP_STARTED', event)
    },
    step_completed: (event) => (steps.delete(event.step_name) ? step('STEP_FINISHED', event) : undefined),
  }
  const last = (ending: Ending): Word => {
    const { outcome, event, result } = ending
    const output = outcome === 'completed' ? (result?.output ?? undefined) : undefined
    const beside = resultBeside(result, output !== undefined)
    if (event?.type === 'error') {
      const told = isText(event.code) ? ['error', 'code'] : ['error']
      return { type: 'RUN_ERROR', message: event.error, code: event.code ?? undefined, ...envelope(event, told, beside) }
    }
    if (event?.type === 'cancelled') return { type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' }, ...envelope(event, [], beside) }
    if (outcome !== 'completed') return { type: 'RUN_ERROR', message: failureOf(ending), code: failureCode(ending) }
    const end = event ?? { type: outcome, success: true }
    const told = end.type === 'completed' && end.success === null ? [] : ['success']
    return { type: 'RUN_FINISHED', ...run, result: output, ...envelope(end, told, beside) }
  }
  return {
    begin(first) {
      const event = first?.event
      const started = event?.type === 'started' ? event : undefined
      const { thread_id: thread, run_id: named } = started ?? { thread_id: undefined, run_id: undefined }
      const ownId = runId ?? (isName(named) ? named : (parseCursor(first?.id ?? '')?.epoch ?? 'run'))
      run = { threadId: threadId ?? (isName(thread) ? thread : ownId), runId: ownId }
      return [{ type: 'RUN_STARTED', ...run, ...(started && isMain(started) ? envelope(started, ['thread_id', 'run_id']) : {}) }]
    },
    tell(event, isFirst) {
      if (!isMain(event)) return [carry(event)]
      if (isFirst && event.type === 'started') return []
      // One lookup by the event's own type: the types cannot follow that both sides of it are the same.
      const word = words[event.type] as ((event: AgentEvent) => Word[] | undefined) | undefined
      return word?.(event) ?? [carry(event)]
    },
    // AG-UI allows nothing to stay open at the end.
    end: (ending) => [
      ...speech.close(),
      ...calls.close(),
      ...Array.from(steps, (stepName): Word => ({ type: 'STEP_FINISHED', stepName, ...closing })),
      last(ending),
    ],
  }
}

// No frame has an id: one entry is many frames or none, and an id would promise that none is missing.
export const agUiEncoder = (options: AgUiOptions = {}): Stage<Entry, Frame> => writtenRun(agUiWords(options), (word) => ({ data: JSON.stringify(word) }))
