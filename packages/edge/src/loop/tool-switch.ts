import type { ToolOutcome } from '../tools/call-tool.ts'

/** Remembers, for one run, which tools failed too often in a row to be offered again. */
export interface ToolSwitch {
  record(outcome: ToolOutcome): void
  readonly switchedOff: ReadonlySet<string>
  /** How often a switched-off tool had failed, undefined for any other. */
  failuresOfSwitchedOff(name: string): number | undefined
}

/** `limit` failures in a row switch a tool off. Refused calls do not count, since there the model failed and not the tool; nor do those a person stopped. */
export function createToolSwitch(limit: number): ToolSwitch {
  const failures = new Map<string, number>()
  const switchedOff = new Set<string>()
  return {
    switchedOff,
    record({ call, status }) {
      if (status === 'refused' || status === 'cancelled' || switchedOff.has(call.name)) return
      const count = status === 'failed' ? (failures.get(call.name) ?? 0) + 1 : 0
      failures.set(call.name, count)
      if (count >= limit) switchedOff.add(call.name)
    },
    failuresOfSwitchedOff: (name) => (switchedOff.has(name) ? failures.get(name) : undefined),
  }
}
