/** When a run publishes: calls `publish` once, soon, and hands back a way to take that back. */
export type Schedule = (publish: () => void) => () => void

/** At once. For servers, tests, and people who batch by themselves. */
export const immediately: Schedule = (publish) => {
  publish()
  return () => {}
}

const hiddenMs = 250

/**
 * Once per animation frame; by a timer where frames do not come (hidden pages, workers, servers). A fixed window: more
 * events never put it off.
 */
export const perFrame: Schedule = (publish) => {
  const frames = typeof requestAnimationFrame === 'function' && typeof document !== 'undefined'
  const done = (): void => {
    cancel()
    publish()
  }
  const frame = frames ? requestAnimationFrame(done) : undefined
  const timer = setTimeout(done, frames ? hiddenMs : 16)
  const cancel = (): void => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  return cancel
}
