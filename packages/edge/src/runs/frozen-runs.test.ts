import { describe, expect, test, vi } from 'vitest'
import { done, follow, sharedFile, start, watch } from '../../test/processes.ts'
import { token } from '../../test/puppet.ts'

const leaseMs = 20
const { process, passTime } = sharedFile()

/** A process in which nothing more comes of a run that it has, though it answers requests. */
function freezing() {
  let isFrozen = false
  // Of the run that was frozen; whoever speaks after it is not.
  let lastWords = 1
  const never = <T>(): Promise<T> => new Promise(() => {})
  const here = process({
    leaseMs,
    around: ({ shared, ...journal }) => ({
      ...journal,
      append: (key, events) => (isFrozen && events[0]?.type === 'cancelled' && lastWords-- > 0 ? never() : journal.append(key, events)),
      ...(shared && { shared: { ...shared, renew: (key: string) => (isFrozen ? never<void>() : shared.renew(key)) } }),
    }),
  })
  const freeze = (): void => {
    isFrozen = true
    passTime(leaseMs + 1)
  }
  return { ...here, freeze }
}

describe('S19 a run that its process has frozen, as Workers do with what nobody waits for', () => {
  test('goes on where it is asked about, in the same process as well', async () => {
    const here = freezing()
    const seen = watch(await start(here.service, here.agent))
    here.say(token('a'))
    await seen.begun
    here.freeze()
    const view = await follow(here.service)
    const held: Promise<unknown>[] = []
    const again = watch({ ...view, entries: () => view.entries((ending) => held.push(ending)) })
    await vi.waitFor(() => expect(here.contexts).toHaveLength(2))
    here.say(token('b'), done)
    // The puppet says again what it had said; the first of the two, which hears its words as well, is not written down any more.
    for (const { all } of [seen, again]) expect(await all).toEqual(['a', 'a', 'b', 'completed'])
    expect(await view.end()).toMatchObject({ outcome: 'completed' })
    // What keeps a Worker at work is told of it.
    expect(await Promise.all(held)).toEqual([{ outcome: 'completed' }])
  })

  test('is cancelled all the same', async () => {
    const here = freezing()
    const view = await start(here.service, here.agent)
    here.say(token('a'))
    await watch(view).begun
    view.close()
    here.freeze()
    expect(await here.service.cancel('r', { by: 'user' })).toEqual({ outcome: 'cancelled' })
    expect(await watch(await follow(here.service)).all).toEqual(['a', 'cancelled'])
  })

  test('that another process ended is over for those who watch it here', async () => {
    const [here, there] = [freezing(), process({ leaseMs })]
    const view = await start(here.service, here.agent)
    const seen = watch(view)
    here.say(token('a'))
    await seen.begun
    here.freeze()
    there.say(token('b'), done)
    expect(await watch(await follow(there.service)).all).toEqual(['a', 'b', 'completed'])
    expect(await seen.all).toEqual(['a', 'b', 'completed'])
    expect(await view.end()).toMatchObject({ outcome: 'completed' })
  })
})
