import type { Frame } from '../../frames/frame.ts'
import { objectIn } from '../../json.ts'

const type = /^(?:(?:RUN|STEP|TEXT_MESSAGE|TOOL_CALL|REASONING|THINKING|STATE|MESSAGES|ACTIVITY|SUBAGENT)_[A-Z_]+|RAW|CUSTOM)$/

/** True for types in the capitals of AG-UI; nobody else writes them so. */
export function isAgUi({ data }: Frame): boolean {
  return type.test(String(objectIn(data)?.['type']))
}
