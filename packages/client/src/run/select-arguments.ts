import { createPartialJson, type PartialJson, type PartialJsonValue } from '../wire/partial-json/partial-json.ts'
import type { ToolPart } from './state.ts'

interface Reader {
  readonly json: PartialJson
  /** What it has been given. */
  text: string
}

const readings = new WeakMap<ToolPart, PartialJsonValue>()
const readers = new WeakMap<ToolPart, Reader>()
/** The calls asked for last that are still being written: the next snapshot of one goes on with its reader. Holds none of them alive. */
let growing: readonly WeakRef<ToolPart>[] = []
const remembered = 16

/**
 * The arguments of a call as far as the model has written them. Costs nothing until asked, is built once per snapshot, and reads
 * only what was added since the snapshot before; members that did not change stay the same objects. `fieldStatus` tells which of
 * them are finished. Arguments that are no JSON, or were cut off, are shown as far as they were, with the error beside them.
 *
 * @example
 * const { value } = selectArguments(part) // { path: 'notes.md', text: 'Dear sk' }
 */
export function selectArguments(part: ToolPart): PartialJsonValue {
  const reading = readings.get(part) ?? readArguments(part)
  readings.set(part, reading)
  return reading
}

function readArguments(part: ToolPart): PartialJsonValue {
  if (part.parameters !== undefined || part.argumentsText === '') return { value: part.parameters, openPath: undefined, error: undefined }
  const reader = takeReader(part)
  reader.json.push(part.argumentsText.slice(reader.text.length))
  reader.text = part.argumentsText
  if (part.status !== 'assembling') reader.json.end()
  else {
    readers.set(part, reader)
    growing = [new WeakRef(part), ...growing].slice(0, remembered)
  }
  return reader.json.read()
}

/** The reader of an earlier snapshot of this call, which read a beginning of its text; a new one where there is none. */
function takeReader({ id, argumentsText }: ToolPart): Reader {
  for (const reference of growing) {
    const earlier = reference.deref()
    const reader = earlier?.id === id ? readers.get(earlier) : undefined
    // Other runs have calls of that id too: the text decides. Compared as a whole, which is one pass of the engine's own.
    if (!earlier || !reader || argumentsText.slice(0, reader.text.length) !== reader.text) continue
    readers.delete(earlier)
    growing = growing.filter((other) => other !== reference)
    return reader
  }
  return { json: createPartialJson(), text: '' }
}
