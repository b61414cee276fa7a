/** What every journal must keep that several processes share, beside `journalContract`. */
import { type AgentEvent, AgentStreamError, emptyDigest, extendDigest, formatDigest, parseCursor } from '@agentstream/client/wire'
import type { Journal, JournalEntry, SharedRuns } from './journal.ts'
import type { ContractRunner } from './journal-contract.ts'

/** Two processes with one storage, and the clock they share. */
export interface SharedJournals {
  readonly first: Journal
  readonly second: Journal
  /** Lets their clock go on. */
  readonly passTime: (ms: number) => void
}

const token = (content: string): AgentEvent => ({ type: 'token', content })
const never = (): AbortSignal => new AbortController().signal
const idsOf = (entries: readonly JournalEntry[]): string[] => entries.map(({ id }) => id)
const textsOf = (entries: readonly JournalEntry[]): (string | undefined)[] => entries.map(({ event }) => (event.type === 'token' ? event.content : undefined))

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = []
  for await (const value of source) out.push(value)
  return out
}

async function refusals(actions: readonly (() => Promise<unknown>)[]): Promise<boolean[]> {
  // That it throws is what is asked; which error is up to the storage.
  return Promise.all(
    actions.map((action) =>
      action().then(
        () => false,
        () => true,
      ),
    ),
  )
}

function sharedOf({ shared }: Journal): SharedRuns {
  if (!shared) throw new AgentStreamError('agent', 'The journal has no `shared`')
  return shared
}

/** Registers one test per rule; `make` gives two fresh journals over one fresh storage each time. */
export function sharedJournalContract(make: () => SharedJournals | Promise<SharedJournals>, { test, expect }: ContractRunner): void {
  const rule = (name: string, body: (journals: SharedJournals & { readonly leaseMs: number }) => Promise<void>): unknown =>
    test(`shared journal: ${name}`, async () => {
      const journals = await make()
      await body({ ...journals, leaseMs: sharedOf(journals.first).leaseMs })
    })

  rule('S23 of two processes that open a run one is its producer', async ({ first, second }) => {
    expect((await Promise.all([first.open('a'), second.open('a')])).sort()).toEqual(['producer', 'reader'])
  })

  rule('S17 readers elsewhere get every event once, live, and end with the run', async ({ first, second }) => {
    await first.open('a')
    const ids = [await first.append('a', [token('one')])]
    const reading = all(second.read('a', undefined, never()))
    for (const word of ['two', 'three', 'four']) ids.push(await first.append('a', [token(word)]))
    await first.close('a', 'completed')
    const entries = (await reading).flat()
    expect(idsOf(entries)).toEqual(ids)
    expect(textsOf(entries)).toEqual(['one', 'two', 'three', 'four'])
    expect(await second.status('a')).toEqual(await first.status('a'))
  })

  rule('S19 a run whose producer is silent for a lease is abandoned: its readers end, and status says so', async ({ first, second, passTime, leaseMs }) => {
    await first.open('a')
    const cursor = await first.append('a', [token('one')])
    const reading = all(second.read('a', undefined, never()))
    expect((await second.status('a')).isAbandoned).toEqual(undefined)
    passTime(leaseMs + 1)
    expect(textsOf((await reading).flat())).toEqual(['one'])
    const { status, isAbandoned, cursor: last } = await second.status('a')
    expect([status, isAbandoned, last]).toEqual(['running', true, cursor])
  })

  rule('S19 a producer that renews its lease keeps its run', async ({ first, second, passTime, leaseMs }) => {
    await first.open('a')
    for (let n = 0; n < 4; n++) {
      passTime(leaseMs / 2)
      await sharedOf(first).renew('a')
    }
    expect(await sharedOf(second).takeUp('a')).toEqual(undefined)
    await first.append('a', [token('one')])
  })

  rule('S19 an abandoned run is taken up once, and goes on in the same sequence', async ({ first, second, passTime, leaseMs }) => {
    await first.open('a', '{"task":"go on"}')
    const before = await first.append('a', [token('one')])
    passTime(leaseMs + 1)
    const claims = await Promise.all([sharedOf(second).takeUp('a'), sharedOf(second).takeUp('a')])
    expect(claims.filter((claim) => claim !== undefined)).toEqual([{ request: '{"task":"go on"}' }])
    const cursor = await second.append('a', [token('two'), token('three')])
    expect(parseCursor(cursor)).toEqual({ epoch: parseCursor(before)?.epoch, seq: 3 })
    await second.close('a', 'completed')
    const entries = (await all(first.read('a', before, never()))).flat()
    expect(textsOf(entries)).toEqual(['two', 'three'])
    const digest = formatDigest(['one', 'two', 'three'].reduce((sum, word) => extendDigest(sum, JSON.stringify(token(word))), emptyDigest))
    expect(await first.status('a')).toEqual({ status: 'completed', cursor, digest })
  })

  rule('S19 a producer that was only slow is locked out once its run was taken up', async ({ first, second, passTime, leaseMs }) => {
    await first.open('a')
    await first.append('a', [token('one')])
    passTime(leaseMs + 1)
    await sharedOf(second).takeUp('a')
    const late = [() => first.append('a', [token('late')]), () => first.close('a', 'failed'), () => sharedOf(first).renew('a')]
    expect(await refusals(late)).toEqual([true, true, true])
    expect(parseCursor(await second.append('a', [token('two')]))?.seq).toEqual(2)
    await second.close('a', 'completed')
    expect((await first.status('a')).status).toEqual('completed')
  })

  rule('S19 only abandoned runs are taken up, and only their producer writes', async ({ first, second, passTime, leaseMs }) => {
    const { takeUp } = sharedOf(second)
    await first.open('a')
    expect(await refusals([() => second.append('a', [token('mine')]), () => second.close('a', 'failed'), () => sharedOf(second).renew('a')])).toEqual([
      true,
      true,
      true,
    ])
    expect([await takeUp('a'), await takeUp('unknown')]).toEqual([undefined, undefined])
    await first.close('a', 'completed')
    passTime(leaseMs + 1)
    expect(await takeUp('a')).toEqual(undefined)
    expect((await first.status('a')).isAbandoned).toEqual(undefined)
  })

  rule('S26 a run that its producer let go is abandoned at once', async ({ first, second }) => {
    await first.open('a', 'go on')
    await first.append('a', [token('one')])
    const reading = all(second.read('a', undefined, never()))
    await sharedOf(first).release('a')
    expect(textsOf((await reading).flat())).toEqual(['one'])
    expect(await refusals([() => first.append('a', [token('late')]), () => first.close('a', 'failed')])).toEqual([true, true])
    expect(await sharedOf(second).takeUp('a')).toEqual({ request: 'go on' })
    expect(parseCursor(await second.append('a', [token('two')]))?.seq).toEqual(2)
  })

  rule('messages reach the producer from anywhere, in order, those from before it listened too', async ({ first, second }) => {
    await first.open('a')
    expect(await sharedOf(second).send('a', 'one')).toEqual(true)
    const reading = all(sharedOf(first).messages('a', never()))
    expect(await sharedOf(second).send('a', 'two')).toEqual(true)
    expect(await sharedOf(first).send('a', 'three')).toEqual(true)
    const heard: string[] = []
    const listening = new AbortController()
    for await (const message of sharedOf(first).messages('a', listening.signal)) {
      heard.push(message)
      if (heard.length === 3) listening.abort()
    }
    expect(heard).toEqual(['one', 'two', 'three'])
    await first.close('a', 'completed')
    await reading
    expect([await sharedOf(second).send('a', 'late'), await sharedOf(second).send('unknown', 'lost')]).toEqual([false, false])
  })
}
