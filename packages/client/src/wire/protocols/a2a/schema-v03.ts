/** The shapes of A2A 0.3: every object names its `kind`. Rules: the specification 0.3.0, `specification/json/a2a.json`; a2a-sdk 0.3.26, `types.py`. */
import { member, objectAt, optionalObjectAt, optionalTextAt, readersOf, textAt, wrong } from './fields.ts'
import type { Artifact, Message, Metadata, Part, Status, Update, Written } from './update.ts'

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

const read = readersOf({ part: readPart, role: (role) => role !== 'user', state: (state) => state })

const owned = (value: Metadata, id = 'taskId', pythonId = 'task_id') => ({
  taskId: textAt(value, id, pythonId),
  contextId: optionalTextAt(value, 'contextId', 'context_id') ?? '',
  metadata: optionalObjectAt(value, 'metadata'),
})

export function readV03(result: Metadata): Update {
  const kind = textAt(result, 'kind')
  switch (kind) {
    case 'task':
      return { kind: 'task', ...owned(result, 'id', 'id'), status: read.status(objectAt(result, 'status')), artifacts: read.artifacts(result) }
    case 'status-update':
      return { kind: 'status', ...owned(result), status: read.status(objectAt(result, 'status')), isFinal: member(result, 'final') === true }
    case 'artifact-update':
      return {
        kind: 'artifact',
        ...owned(result),
        artifact: read.artifact(objectAt(result, 'artifact')),
        append: member(result, 'append') === true,
        lastChunk: member(result, 'lastChunk', 'last_chunk') === true,
      }
    case 'message':
      return { kind: 'message', message: read.message(result) }
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

const writeArtifact = ({ parts, ...artifact }: Artifact): object => ({ ...artifact, parts: parts.map(writePart) })
const writeMessage = ({ messageId, isAgent, parts }: Message, { taskId, contextId }: Written): object => ({
  kind: 'message',
  messageId,
  role: isAgent ? 'agent' : 'user',
  parts: parts.map(writePart),
  taskId,
  contextId,
})
const writeStatus = ({ message, ...status }: Status, update: Written): object => ({ ...status, message: message && writeMessage(message, update) })

export function writeV03(update: Written): object {
  const { taskId, contextId, metadata } = update
  switch (update.kind) {
    case 'task':
      return { kind: 'task', id: taskId, contextId, status: writeStatus(update.status, update), artifacts: update.artifacts.map(writeArtifact), metadata }
    case 'status':
      return { kind: 'status-update', taskId, contextId, status: writeStatus(update.status, update), final: update.isFinal, metadata }
    case 'artifact': {
      const { append, lastChunk } = update
      return { kind: 'artifact-update', taskId, contextId, artifact: writeArtifact(update.artifact), append, lastChunk, metadata }
    }
  }
}
