/** One timer that beats for every open stream. */
export interface Heartbeats {
  /** Beats until the answer is called. The timer runs only while somebody listens. */
  add(beat: () => void): () => void
}

export function createHeartbeats(everyMs: number): Heartbeats {
  const beats = new Set<() => void>()
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    add(beat) {
      beats.add(beat)
      timer ??= setInterval(() => {
        for (const each of beats) each()
      }, everyMs)
      return () => {
        beats.delete(beat)
        if (beats.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
