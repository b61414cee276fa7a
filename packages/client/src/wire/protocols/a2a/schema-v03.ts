/** The shapes of A2A 0.3: every object names its `kind`. Rules: the specification 0.3.0, `specification/json/a2a.json`; a2a-sdk 0.3.26, `types.py`. */
import { isText, type Members } from '../../json.ts'
import { maybeText, member, objectOf, readersOf, textOf, type Wording, writerOf, wrong } from './fields.ts'
import type { Part, ReadUpdate, Update } from './update.ts'

function readFile(file: Members): Part {
  return { kind: 'file', mediaType: maybeText(file, 'mimeType'), name: maybeText(file, 'name'), url: maybeText(file, 'uri'), bytes: maybeText(file, 'bytes') }
}

export const wordingV03: Wording = {
  readPart(value) {
    switch (member(value, 'kind')) {
      case 'text':
        return { kind: 'text', text: textOf(value, 'text') }
      case 'data':
        return { kind: 'data', data: member(value, 'data') }
      case 'file':
        return readFile(objectOf(value, 'file'))
      default:
        // Agentor and its guide leave the kind of a text out.
        return isText(value['text']) ? { kind: 'text', text: value['text'] } : { kind: 'unknown', value }
    }
  },
  writePart: (part) =>
    part.kind === 'file' ? { kind: part.kind, file: { name: part.name, mimeType: part.mediaType, uri: part.url, bytes: part.bytes } } : part,
  role: (isAgent) => (isAgent ? 'agent' : 'user'),
  readState: (state) => state,
  writeState: (state) => state,
  message: { kind: 'message' },
}

const { task, status, artifact, message } = readersOf(wordingV03, (value) => member(value, 'final') === true)
const byKind: ReadonlyMap<string, ReadUpdate> = new Map([
  ['task', task],
  ['status-update', status],
  ['artifact-update', artifact],
  ['message', message],
])

export function readV03(result: Members): Update {
  const name = textOf(result, 'kind')
  if (name === '') throw wrong('a result names its kind', result)
  return byKind.get(name)?.(result) ?? { kind: 'unknown', name, value: result }
}

export const writeV03 = writerOf(wordingV03, (update, members) => ({
  kind: update.kind === 'task' ? update.kind : `${update.kind}-update`,
  ...members,
  final: update.kind === 'status' ? update.isFinal : undefined,
}))
