import type { JsonObject, Stage } from '@agentstream/client/wire'
import { ProviderError } from '../../errors.ts'
import type { StreamDelta } from '../call-provider.ts'
import { closedEarly } from '../http/read-frame.ts'
import type { FinishReason, TokenUsage } from '../provider.ts'
import { aiSdkFailure } from './failure.ts'
import { type AiSdkMetadata, type AiSdkPart, type AiSdkUsage, aiSdkPart } from './language-model.ts'

/** How a part of the answer goes back in the next turn: a text, thinking, or a call by its number. */
interface Kept {
  readonly type: 'text' | 'reasoning' | 'tool_call'
  readonly texts: string[]
  readonly index?: number
  metadata?: AiSdkMetadata | undefined
}

interface Call {
  readonly index: number
  argued: boolean
  /** Fragments are arguments; those of free-form tools are not JSON. */
  readonly streams: boolean
}

/** Parts of an AI SDK answer to deltas. Finished means a `finish` part. Calls that ran at the provider are none of ours. */
export function aiSdkDeltas(provider: string): Stage<unknown, StreamDelta> {
  const kept = new Map<string, Kept>()
  const calls = new Map<string, Call>()
  const foreign = new Set<string>()
  let over = false

  const fail = (error: ProviderError): readonly StreamDelta[] => {
    over = true
    return [{ type: 'failure', error }]
  }
  const keep = (key: string, part: AiSdkPart, fresh: Omit<Kept, 'texts'>): Kept => {
    const found = kept.get(key) ?? { ...fresh, texts: [] }
    found.metadata = part.providerMetadata ?? found.metadata
    kept.set(key, found)
    return found
  }
  const speak = (part: AiSdkPart, type: 'text' | 'reasoning'): readonly StreamDelta[] => {
    const text = part.delta ?? part.text ?? ''
    // Parts of an answer in one piece have no ids; each is its own.
    keep(`${type} ${part.id ?? kept.size}`, part, { type }).texts.push(text)
    return text === '' ? [] : [{ type: type === 'text' ? 'text' : 'thinking', text }]
  }
  const openCall = (id: string, part: AiSdkPart): readonly StreamDelta[] => {
    if (part.providerExecuted) foreign.add(id)
    if (foreign.has(id) || calls.has(id)) return []
    const index = calls.size
    calls.set(id, { index, argued: false, streams: part.inputEncoding !== 'text' })
    return [{ type: 'tool_call', index, ...(id ? { id } : {}), ...(part.toolName ? { name: part.toolName } : {}) }]
  }
  const argue = (id: string, fragment: string): readonly StreamDelta[] => {
    const call = calls.get(id)
    if (!call || fragment === '') return []
    call.argued = true
    return [{ type: 'tool_call', index: call.index, arguments: fragment }]
  }
  const wholeCall = (part: AiSdkPart): readonly StreamDelta[] => {
    const id = part.toolCallId ?? ''
    const opened = openCall(id, part)
    const call = calls.get(id)
    if (!call) return []
    keep(`call ${id}`, part, { type: 'tool_call', index: call.index })
    return call.argued ? opened : [...opened, ...argue(id, part.input ?? '')]
  }
  const finish = ({ usage, finishReason }: AiSdkPart): readonly StreamDelta[] => {
    const reason = finishReason?.unified
    const counts = usage ? usageOf(usage) : undefined
    const data = goesBack([...kept.values()])
    const told: StreamDelta[] = counts ? [{ type: 'usage', usage: counts }] : []
    // Version 3 has no word for an answer that broke off: there, nobody has said how it ended.
    const brokeOff = reason === 'interrupted' || (reason === 'other' && !finishReason?.raw)
    if (brokeOff) return [...told, ...fail(closedEarly(provider))]
    if (reason === 'error') return [...told, ...fail(new ProviderError(provider, `${provider} reported an error instead of going on`))]
    over = true
    if (data) told.push({ type: 'provider_data', data: { 'ai-sdk': { [provider]: data } } })
    return [...told, { type: 'finish', reason: reasons.get(reason ?? '') ?? 'other' }, { type: 'done' }]
  }
  const cases = new Map<string, (part: AiSdkPart) => readonly StreamDelta[]>([
    ['text', (part) => speak(part, 'text')],
    ['text-delta', (part) => speak(part, 'text')],
    ['text-end', (part) => speak(part, 'text')],
    ['reasoning', (part) => speak(part, 'reasoning')],
    ['reasoning-start', (part) => speak(part, 'reasoning')],
    ['reasoning-delta', (part) => speak(part, 'reasoning')],
    ['reasoning-end', (part) => speak(part, 'reasoning')],
    ['tool-input-start', (part) => openCall(part.id ?? '', part)],
    ['tool-input-delta', ({ id, delta }) => (calls.get(id ?? '')?.streams ? argue(id ?? '', delta ?? '') : [])],
    ['tool-call', wholeCall],
    ['error', ({ error }) => fail(aiSdkFailure(error, provider))],
    ['finish', finish],
  ])
  return {
    push(value) {
      if (over) return []
      const { data: part } = aiSdkPart.safeParse(value)
      if (!part) return fail(new ProviderError(provider, `${provider} sent a part of the wrong shape`))
      // Sources, files, warnings, pings: nothing that is said.
      return cases.get(part.type)?.(part) ?? []
    },
    end: () => (over ? [] : fail(closedEarly(provider))),
  }
}

const reasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool-calls', 'tool_calls'],
  ['content-filter', 'content_filter'],
])

function usageOf({ inputTokens, outputTokens }: AiSdkUsage): TokenUsage | undefined {
  if (typeof inputTokens?.total !== 'number' && typeof outputTokens?.total !== 'number') return undefined
  const { cacheRead, cacheWrite } = inputTokens ?? {}
  const reasoning = outputTokens?.reasoning
  return {
    inputTokens: inputTokens?.total ?? 0,
    outputTokens: outputTokens?.total ?? 0,
    ...(typeof cacheRead === 'number' ? { cachedInputTokens: cacheRead } : {}),
    ...(typeof cacheWrite === 'number' ? { cacheWriteInputTokens: cacheWrite } : {}),
    ...(typeof reasoning === 'number' ? { reasoningTokens: reasoning } : {}),
  }
}

/** All parts in their order, when the provider said something of its own about one of them. */
function goesBack(parts: readonly Kept[]): readonly JsonObject[] | undefined {
  if (!parts.some((part) => part.metadata)) return undefined
  return parts.map(({ type, texts, index, metadata }) => ({
    type,
    ...(index === undefined ? { text: texts.join('') } : { index }),
    ...(metadata ? { providerOptions: metadata } : {}),
  }))
}
