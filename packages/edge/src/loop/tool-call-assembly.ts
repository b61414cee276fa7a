import type { ToolCall } from '../model/messages.ts'
import type { ModelDelta } from '../model/provider.ts'

/** Gives every call of a run an id that no other call of it has: the model's own when it can be used, else a made-up one. */
export type ClaimCallId = (stated: string | undefined) => string

// AIECS uses this form for placeholders that are replaced when the real id arrives, so its consumers take such an id for one.
const placeholder = /^call_\d+$/
const longestId = 128

/**
 * One per run: several servers count their calls from zero again in every turn. `before` are those of the conversation so far,
 * which clients and models know in one list with these.
 */
export function createCallIds(before: Iterable<string> = []): ClaimCallId {
  const taken = new Set(before)
  let made = 0
  const make = (): string => {
    do made++
    while (taken.has(`tool_call_${made}`))
    return `tool_call_${made}`
  }
  return (stated = '') => {
    const isUsable = stated !== '' && stated.length <= longestId && !placeholder.test(stated) && !taken.has(stated)
    const id = isUsable ? stated : make()
    taken.add(id)
    return id
  }
}

/** What is known of a call while its arguments still arrive. Its id never changes. */
export interface OpenCall {
  readonly id: string
  readonly index: number
  readonly name: string
}

/** Fragments of parallel calls to whole calls. Linear in the arguments: they are joined once. */
export interface ToolCallAssembly {
  push(delta: Extract<ModelDelta, { type: 'tool_call' }>): OpenCall
  /** All calls, in order of their index. */
  calls(): readonly ToolCall[]
}

export function createToolCallAssembly(claimId: ClaimCallId): ToolCallAssembly {
  const open = new Map<number, { call: OpenCall; fragments: string[] }>()
  return {
    push({ index, id, name, arguments: fragment }) {
      const known = open.get(index) ?? { call: { id: claimId(id), index, name: name ?? '' }, fragments: [] }
      // A name comes whole. Servers that repeat it with every fragment exist; ones that cut it were never seen.
      if (known.call.name === '' && name) known.call = { ...known.call, name }
      if (fragment) known.fragments.push(fragment)
      open.set(index, known)
      return known.call
    },
    calls: () =>
      [...open.values()]
        .sort((one, other) => one.call.index - other.call.index)
        .map(({ call, fragments }) => ({ id: call.id, name: call.name, arguments: fragments.join('') })),
  }
}
