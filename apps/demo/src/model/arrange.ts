/**
 * Enters: the state of a run. Leaves: what stands on the page, from top to bottom.
 * The state keeps DAWP runs beside the main loop; where they happened follows from how they were started.
 */
import type { DawpRunState, Part, RunState } from '@agentstream/client'

export interface RoundSection {
  readonly kind: 'round'
  /** Stays the same while the run goes on. */
  readonly key: string
  readonly iteration: number
  readonly parts: readonly Part[]
}

export interface DawpSection {
  readonly kind: 'dawp'
  readonly key: string
  readonly run: DawpRunState
}

export type Section = RoundSection | DawpSection

export function arrange(state: Pick<RunState, 'main' | 'dawpRuns'>): readonly Section[] {
  const rounds = roundsOf(state.main.parts)
  const inline = state.dawpRuns.filter((run) => run.placement === 'inline')
  const triggered = state.dawpRuns.filter((run) => run.placement === 'on_response_trigger')
  const first = state.dawpRuns.filter((run) => !inline.includes(run) && !triggered.includes(run))
  const sections: Section[] = first.map(toDawp)
  for (const round of rounds) {
    sections.push(round)
    const runs = startsDawp(round) ? inline : endsInText(round) ? triggered : []
    sections.push(...runs.splice(0, 1).map(toDawp))
  }
  // What found no place by the rules above is shown rather than lost.
  return [...sections, ...inline.map(toDawp), ...triggered.map(toDawp)]
}

const toDawp = (run: DawpRunState): DawpSection => ({ kind: 'dawp', key: `dawp ${run.runId}`, run })

function roundsOf(parts: readonly Part[]): readonly RoundSection[] {
  const rounds: { kind: 'round'; key: string; iteration: number; parts: Part[] }[] = []
  for (const part of parts) {
    const last = rounds.at(-1)
    if (last && last.iteration === part.iteration) last.parts.push(part)
    else rounds.push({ kind: 'round', key: `round ${rounds.length}`, iteration: part.iteration, parts: [part] })
  }
  return rounds
}

/** An inline run is asked for by a call of `dawp_start` that was accepted. */
function startsDawp(round: RoundSection): boolean {
  return round.parts.some((part) => part.kind === 'tool' && part.toolName === 'dawp_start' && part.status === 'done')
}

/** A response triggers a run by its text; a round that called tools goes on by itself. */
function endsInText(round: RoundSection): boolean {
  return !round.parts.some((part) => part.kind === 'tool')
}
