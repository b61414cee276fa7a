/** A run service in which no owner gets more than their share: the same requests go in, refusals come out beside its answers. */
import type { RunView } from './live-run.ts'
import type { RunService } from './run-service.ts'
import { createTally } from './tally.ts'

export interface OwnerLimits {
  /** Runs under way at once that the owner has started here. */
  readonly maxRuns?: number | undefined
  /** Views open at once. */
  readonly maxViewers?: number | undefined
  /** Whose a run is, by the key it is kept under. */
  readonly ownerOf: (key: string) => string
}

export function limitOwners(service: RunService, { maxRuns, maxViewers, ownerOf }: OwnerLimits): RunService {
  const takeRun = createTally(maxRuns)
  const takeSeat = createTally(maxViewers)
  return {
    ...service,
    async start(request) {
      const owner = ownerOf(request.key)
      const leave = takeSeat(owner)
      if (!leave) return { outcome: 'too_many_viewers' }
      const free = takeRun(owner)
      try {
        // A run that is known can be followed whatever else is under way.
        const isRefused = !free && (await service.status(request.key)).status === 'unknown'
        const result = isRefused ? ({ outcome: 'too_many_runs' } as const) : await service.start(request)
        if (result.outcome === 'started' && free) result.ending.then(free, free)
        else free?.()
        if ('view' in result) return { ...result, view: seated(result.view, leave) }
        leave()
        return result
      } catch (error) {
        free?.()
        leave()
        throw error
      }
    },
    async follow(key, after) {
      const leave = takeSeat(ownerOf(key))
      if (!leave) return { outcome: 'too_many_viewers' }
      try {
        const result = await service.follow(key, after)
        if ('view' in result) return { ...result, view: seated(result.view, leave) }
        leave()
        return result
      } catch (error) {
        leave()
        throw error
      }
    },
  }
}

function seated(view: RunView, leave: () => void): RunView {
  return {
    ...view,
    close(how) {
      view.close(how)
      leave()
    },
  }
}
