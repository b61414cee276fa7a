import { isName, isObject, isText } from '../../json.ts'
import { names } from './words.ts'

type Is = (value: unknown) => boolean

const isOneOf =
  (...words: readonly string[]): Is =>
  (value) =>
    words.some((word) => word === value)
const either =
  (...kinds: readonly Is[]): Is =>
  (value) =>
    kinds.some((is) => is(value))
const isAbsent: Is = (value) => value === undefined
const isMaybeText = either(isAbsent, isText)
const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is)
/** True for an object with these members, whatever else it has. */
const having =
  (members: Readonly<Record<string, Is>>): Is =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, is]) => is(value[name]))
/** The same for one that has nothing else. */
const exactly = (members: Readonly<Record<string, Is>>): Is => {
  const hasThem = having(members)
  return (value) => hasThem(value) && Object.keys(Object(value)).every((name) => Object.hasOwn(members, name))
}

const isCall = exactly({ id: isText, type: isOneOf('function'), function: having({ name: isText, arguments: isText }) })

/** By its address or as data. */
const isSource = either(
  having({ type: isOneOf('data'), value: isText, mimeType: isText }),
  having({ type: isOneOf('url'), value: isText, mimeType: isMaybeText }),
)
const ofPart = { id: isMaybeText, metadata: isAbsent }
/** What a person said beside text. */
const isPart = either(
  having({ ...ofPart, type: isOneOf('text'), text: isText }),
  having({ ...ofPart, type: isOneOf('image', 'audio', 'video', 'document'), source: isSource }),
)

const ofAll = { id: isText, name: isMaybeText, toolCalls: either(isAbsent, listOf(isCall)), toolCallId: isMaybeText, encryptedValue: isMaybeText }
const isMessage = either(
  exactly({ ...ofAll, role: isOneOf('developer', 'system', 'user', 'reasoning'), content: isText }),
  exactly({ ...ofAll, role: isOneOf('user'), content: listOf(isPart) }),
  // It may only have called tools.
  exactly({ ...ofAll, role: isOneOf('assistant'), content: isMaybeText }),
  exactly({ ...ofAll, role: isOneOf('tool'), content: isText, toolCallId: isText }),
  exactly({ id: isText, role: isOneOf('activity'), activityType: isText, content: isObject }),
)
const isConversationList = listOf(isMessage)

/** A conversation that the official client takes, for it refuses a whole run over one odd message; anything else stays a custom event. */
export const isConversation = (name: string, data: unknown): boolean => name === names.messages && isConversationList(data)

const encrypted = 'REASONING_ENCRYPTED_VALUE'
const isEncrypted = exactly({ type: isOneOf(encrypted), subtype: isOneOf('message', 'tool-call'), entityId: isText, encryptedValue: isText })

/** Reasoning that only its model can read, as it was received: the client gives it back in the next run. */
export function isEncryptedValue(name: string, data: unknown): data is Record<string, unknown> & { type: string } {
  return name === encrypted && isEncrypted(data)
}

/** A message of somebody else's, as it is read from AG-UI: told whole, and as one of its messages again. */
export interface OtherMessage {
  readonly id: string
  readonly role: string
  readonly content: string
}

const isOther = exactly({ id: isName, role: isOneOf('developer', 'system', 'user'), content: isText })

export function isOtherMessage(name: string, data: unknown): data is OtherMessage {
  return name === 'message' && isOther(data)
}
