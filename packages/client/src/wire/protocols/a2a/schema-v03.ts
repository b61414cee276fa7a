/** The shapes of A2A 0.3: every object names its `kind`. Rules: the specification 0.3.0, `specification/json/a2a.json`; a2a-sdk 0.3.26, `types.py`. */
import { member, objectAt, optionalObjectAt, optionalTextAt, readersOf, textAt, writersOf, wrong } from './fields.ts'
import type { Metadata, Part, Update, Written } from './update.ts'

function readFile(value: Metadata, metadata: Metadata | undefined): Part {
  const file = objectAt(value, 'file')
  const url = optionalTextAt(file, 'uri')
  const bytes = optionalTextAt(file, 'bytes')
  return {
    kind: 'file',
    mediaType: optionalTextAt(file, 'mimeType', 'mime_type'),
    name: optionalTextAt(file, 'name'),
    ...(url === undefined ? {} : { url }),
    ...(bytes === undefined ? {} : { bytes }),
    metadata,
  }
}

function readPart(value: Metadata): Part {
  const metadata = optionalObjectAt(value, 'metadata')
  switch (member(value, 'kind')) {
    case 'text':
      return { kind: 'text', text: textAt(value, 'text'), metadata }
    case 'data':
      return { kind: 'data', data: member(value, 'data'), metadata }
    case 'file':
      return readFile(value, metadata)
    default:
      // Agentor and its guide leave the kind of a text out.
      return typeof value['text'] === 'string' ? { kind: 'text', text: value['text'], metadata } : { kind: 'unknown', value, metadata }
  }
}

const read = readersOf({ part: readPart, isAgent: (role) => role !== 'user', state: (state) => state })

export function readV03(result: Metadata): Update {
  const kind = textAt(result, 'kind')
  switch (kind) {
    case 'task':
      return read.task(result)
    case 'status-update':
      return { ...read.status(result), isFinal: member(result, 'final') === true }
    case 'artifact-update':
      return read.artifact(result)
    case 'message':
      return read.message(result)
    default:
      if (kind === '') throw wrong('a result names its kind', result)
      return { kind: 'unknown', name: kind, value: result }
  }
}

function writePart(part: Part): object {
  const { metadata } = part
  switch (part.kind) {
    case 'text':
      return { kind: 'text', text: part.text, metadata }
    case 'data':
      return { kind: 'data', data: part.data, metadata }
    case 'file':
      return { kind: 'file', file: { name: part.name, mimeType: part.mediaType, uri: part.url, bytes: part.bytes }, metadata }
    case 'unknown':
      return part.value
  }
}

const write = writersOf({ part: writePart, role: (isAgent) => (isAgent ? 'agent' : 'user'), state: (state) => state, message: { kind: 'message' } })

export function writeV03(update: Written): object {
  const { taskId, contextId, metadata } = update
  switch (update.kind) {
    case 'task':
      return { kind: 'task', id: taskId, contextId, status: write.status(update.status, update), artifacts: update.artifacts.map(write.artifact), metadata }
    case 'status':
      return { kind: 'status-update', taskId, contextId, status: write.status(update.status, update), final: update.isFinal, metadata }
    case 'artifact': {
      const { append, lastChunk } = update
      return { kind: 'artifact-update', taskId, contextId, artifact: write.artifact(update.artifact), append, lastChunk, metadata }
    }
  }
}
