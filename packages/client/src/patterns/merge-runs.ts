import { openSource, reading } from './source.ts'

/** Something one of several streams brought: an event, or the error that ended it. */
export type NamedItem<Name extends string, T> =
  | { readonly name: Name; readonly event: T; readonly error?: undefined }
  | { readonly name: Name; readonly event?: undefined; readonly error: unknown }

/**
 * Several streams as one, in the order their events come, each under its name. None is read ahead: each has at most one event
 * waiting. One that breaks says so under its name, and the others go on. Leaving the loop leaves all of them.
 *
 * @example
 * const answers = { short: '', long: '' }
 * for await (const { name, event } of mergeRuns({ short: client.stream('Briefly: why?'), long: client.stream('At length: why?') }))
 *   if (event?.type === 'token') answers[name] += event.content
 */
export function mergeRuns<Name extends string, T>(runs: Readonly<Record<Name, AsyncIterable<T>>>): AsyncIterableIterator<NamedItem<Name, T>> {
  const names = Object.keys(runs) as Name[] // Records have no other keys.
  const sources = names.map((name) => openSource(runs[name]))

  return reading(sources, async function* () {
    const arrived: (() => NamedItem<Name, T> | undefined)[] = []
    let open = names.length
    let wake = (): void => {}
    const pull = (name: Name, at: number): void => {
      const arrive = (take: () => NamedItem<Name, T> | undefined): void => {
        arrived.push(take)
        wake()
      }
      const end = (): undefined => {
        open--
      }
      sources[at]?.next().then(
        (step) =>
          arrive(() => {
            if (step.done) return end()
            pull(name, at)
            return { name, event: step.value }
          }),
        (error: unknown) =>
          arrive(() => {
            end()
            return { name, error }
          }),
      )
    }
    names.forEach(pull)
    while (open > 0) {
      for (const take of arrived.splice(0)) {
        const item = take()
        if (item) yield item
      }
      if (arrived.length > 0 || open === 0) continue
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  })
}
