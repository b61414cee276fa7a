import type { Message } from '../model/messages.ts'

/** What stands in the place of a result. The call that it answers stays: no model takes a conversation back in which one is missing. */
const leftOut = '[Left out, because the conversation grew too long. Call the tool again if this is needed.]'

/**
 * A conversation as long as a model is to be told: first the oldest results of tools are left out, then the oldest exchanges
 * as a whole. Instructions, the task and what the newest calls answered stay, so the rest can be longer than it should. Images
 * are not counted.
 */
export function fitHistory(messages: readonly Message[], maxCharacters: number): readonly Message[] {
  let excess = messages.reduce((all, message) => all + lengthOf(message), -maxCharacters)
  if (excess <= 0) return messages
  const newestRound = messages.findLastIndex(({ role }) => role !== 'tool')
  const shortened = messages.map((message, at) => {
    if (excess <= 0 || message.role !== 'tool' || at > newestRound || message.text.length <= leftOut.length) return message
    excess -= message.text.length - leftOut.length
    return { ...message, text: leftOut }
  })
  const task = shortened.findLastIndex(({ role }) => role === 'user')
  let isDropped = false
  return shortened.filter((message, at) => {
    if (message.role === 'system') return true
    // Only where a person speaks may a conversation begin: between a call and its answer it is cut nowhere.
    if (message.role === 'user') isDropped = excess > 0 && at < task
    if (isDropped) excess -= lengthOf(message)
    return !isDropped
  })
}

function lengthOf(message: Message): number {
  if (message.role !== 'assistant') return message.text.length
  const { text, toolCalls, providerData } = message
  const kept = providerData ? JSON.stringify(providerData).length : 0
  return toolCalls.reduce((all, call) => all + call.name.length + call.arguments.length, text.length + kept)
}
