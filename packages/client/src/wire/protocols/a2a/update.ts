/** What A2A says, whatever its version: the schema files read their own shapes into this and write them from it. */
import type { Members } from '../../json.ts'

export type Part = (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'data'; readonly data: unknown }
  | {
      readonly kind: 'file'
      readonly mediaType?: string | undefined
      readonly name?: string | undefined
      readonly url?: string | undefined
      readonly bytes?: string | undefined
    }
  | { readonly kind: 'unknown'; readonly value: Members }
) & { readonly metadata?: Members | undefined }

export interface Artifact {
  readonly artifactId: string
  readonly name: string | undefined
  readonly parts: readonly Part[]
}

export interface Message {
  readonly messageId: string
  readonly isAgent: boolean
  readonly parts: readonly Part[]
}

/** The names of 0.3; 1.0 writes them in its own way. A state that a later version adds keeps its name. */
export type TaskState =
  | 'submitted'
  | 'working'
  | 'input-required'
  | 'auth-required'
  | 'completed'
  | 'failed'
  | 'rejected'
  | 'canceled'
  | 'unknown'
  | (string & {})

export interface Status {
  readonly state: TaskState
  readonly message?: Message | undefined
  readonly timestamp?: string | undefined
}

interface Owned {
  readonly taskId: string
  readonly contextId: string
  readonly metadata?: Members | undefined
}

export type Update =
  | (Owned & { readonly kind: 'task'; readonly status: Status; readonly isFinal: boolean; readonly artifacts: readonly Artifact[] })
  | (Owned & { readonly kind: 'status'; readonly status: Status; readonly isFinal: boolean })
  | (Owned & { readonly kind: 'artifact'; readonly artifact: Artifact; readonly append: boolean; readonly lastChunk?: boolean })
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'unknown'; readonly name: string; readonly value: Members }

/** What this side writes. */
export type Written = Extract<Update, Owned>

/** Reads what one version has inside a JSON-RPC result. Throws ProtocolError for what is no result of that version. */
export type ReadUpdate = (result: Members) => Update
export type WriteUpdate = (update: Written) => object

const terminal: readonly TaskState[] = ['completed', 'failed', 'rejected', 'canceled']

/** A task in one of these never runs again. */
export const isTerminalState = (state: TaskState): boolean => terminal.includes(state)
