import * as z from 'zod/mini'
import { isObject } from '../json.ts'

/**
 * What every event may carry. `loop_scope` is left unknown on purpose: hosts send odd values (text, null, other kinds),
 * and all of them mean the main loop. Ask `effectiveLoopScope`, never the member.
 */
export const envelope = { timestamp: z.optional(z.nullable(z.string())), loop_scope: z.optional(z.unknown()) }

/** Which loop an event belongs to: the agent's own, or one step of a DAWP run. */
export interface LoopScope {
  readonly kind: 'main' | 'dawp'
  readonly run_id?: string
  readonly workflow_id?: string
  readonly step_id?: string
  readonly step_index?: number
  readonly prompt_index?: number
}

const mainScope: LoopScope = { kind: 'main' }

/** The scope of an event: its `loop_scope` when that is an object whose kind is exactly `main` or `dawp`, else main. */
export function effectiveLoopScope(event: { readonly loop_scope?: unknown }): LoopScope {
  const scope = event.loop_scope
  if (scope === undefined || !isObject(scope)) return mainScope
  // The kind was checked just now; the other members are optional and only ever compared.
  return scope['kind'] === 'dawp' || scope['kind'] === 'main' ? (scope as unknown as LoopScope) : mainScope
}

/** True for events of a DAWP run: its four boundary events, and everything under its scope. */
export function isDawpEvent(event: { readonly type: string; readonly loop_scope?: unknown }): boolean {
  return isDawpBoundary(event) || effectiveLoopScope(event).kind === 'dawp'
}

/** True for the four events that open and close DAWP runs and their steps. */
export function isDawpBoundary(event: { readonly type: string }): boolean {
  return /^dawp_(?:run|step)_(?:started|completed)$/.test(event.type)
}

/**
 * When an event happened, in milliseconds since 1970, or undefined. AIECS writes UTC without a zone
 * (`2026-03-04T09:15:00.125000`), which `new Date` would read as local time.
 */
export function eventTime(event: { readonly timestamp?: string | null | undefined }): number | undefined {
  const text = event.timestamp
  if (!text) return undefined
  const time = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  return Number.isNaN(time) ? undefined : time
}
