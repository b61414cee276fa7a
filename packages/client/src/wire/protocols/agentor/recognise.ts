import type { Frame } from '../../frames/frame.ts'
import { objectIn, parsePythonJson } from '../../json.ts'

/** The words that are Agentor's alone: of its chat objects, of releases up to 0.0.4, and of its engine. */
const types = new Set([
  'run_item_stream_event',
  'raw_response_event',
  'agent_updated_stream_event',
  'agent_updated',
  'raw_response',
  'run_item',
  'run_start',
  'text_delta',
  'generation',
  'run_end',
])
const textMembers: Readonly<Record<string, string>> = { message: 'text', tool_call: 'name', tool_result: 'name' }

const isText = (value: unknown): boolean => typeof value === 'string'

/** True for objects of any release; an error, which says nothing of who wrote it, is recognised too. */
export function isAgentor({ data, event }: Frame): boolean {
  if (event === 'error' && !data.startsWith('{')) return true
  const value = objectIn(data, parsePythonJson)
  if (!value) return false
  const type = String(value['type'])
  if (type === 'error' || (type === 'undefined' && event === 'error')) return isText(value['error']) || isText(value['message'])
  return types.has(type) || (Object.hasOwn(textMembers, type) && isText(value[textMembers[type] ?? '']))
}
