import { isObject } from '../json.ts'

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
  // The kind is checked here; the other members are optional and only ever compared.
  return isObject(scope) && (scope['kind'] === 'dawp' || scope['kind'] === 'main') ? (scope as unknown as LoopScope) : mainScope
}

/** True for an event of the agent's own loop. */
export const isMain = (event: { readonly loop_scope?: unknown }): boolean => effectiveLoopScope(event).kind === 'main'

/** What identifies something on the wire, as text; empty where nothing is said. */
export const idText = (value: unknown): string => (value == null ? '' : String(value))

/** The DAWP run that an event is of: the one it names, else that of its scope. */
export function dawpRunId(event: { readonly run_id?: unknown; readonly loop_scope?: unknown }): string {
  return idText(event.run_id) || idText(effectiveLoopScope(event).run_id)
}

/** True for the four events that open and close DAWP runs and their steps. */
export function isDawpBoundary(event: { readonly type: string }): boolean {
  return /^dawp_(?:run|step)_(?:started|completed)$/.test(event.type)
}

/** True for events of a DAWP run: its four boundary events, and everything under its scope. */
export function isDawpEvent(event: { readonly type: string; readonly loop_scope?: unknown }): boolean {
  return isDawpBoundary(event) || !isMain(event)
}
