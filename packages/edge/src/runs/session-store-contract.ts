/** What every store of conversations must keep. Vitest-free, as `journal-contract.ts` is. */
import type { ContractRunner } from './journal-contract.ts'
import { sessionKey } from './session-key.ts'
import type { DurableSessionLimits, Message, SessionStore } from './session-store.ts'

/** Two processes with one storage that nobody used before, and the clock they share, which may go on by itself. A store of one process is both. */
export interface SharedSessionStores {
  readonly first: SessionStore
  readonly second: SessionStore
  /** Lets their clock go on. */
  readonly passTime: (ms: number) => void
}

export interface SessionStoreContractOptions {
  /** Whether the stores keep `maxSessionsPerOwner`, as those of this package do. */
  readonly perOwner?: boolean
}

const asked = (text: string): Message => ({ role: 'user', text })
const answered = (text: string): Message => ({ role: 'assistant', text, toolCalls: [] })
const turn = (name: number | string): readonly Message[] => [asked(`question ${name}`), answered(`answer ${name}`)]
const withTool: readonly Message[] = [
  { role: 'user', text: 'Tides?', images: ['data:image/png;base64,AAAA'] },
  { role: 'assistant', text: '', toolCalls: [{ id: 'c1', name: 'tide', arguments: '{}' }] },
  { role: 'tool', toolCallId: 'c1', toolName: 'tide', text: 'low' },
  answered('Low.'),
]
const minute = 60_000
const hour = 60 * minute

/**
 * Registers one test per rule that a store of conversations must keep; `make` gives fresh ones each time, with the limits that
 * the rule asks for.
 *
 * ```ts
 * import { expect, test } from 'vitest'
 * sessionStoreContract((limits) => makeMyStores(limits), { test, expect })
 * ```
 */
export function sessionStoreContract(
  make: (limits: DurableSessionLimits) => SharedSessionStores | Promise<SharedSessionStores>,
  { test, expect }: ContractRunner,
  { perOwner = false }: SessionStoreContractOptions = {},
): void {
  const rule = (name: string, body: (stores: SharedSessionStores) => Promise<void>, limits: DurableSessionLimits = {}): unknown =>
    test(`sessions: ${name}`, async () => body(await make(limits)))

  rule('what was said comes back in order, and an unknown session is empty', async ({ first, second }) => {
    await first.append('s', turn(1))
    await second.append('s', withTool)
    await first.append('s', [])
    for (const store of [first, second]) expect(await store.read('s')).toEqual([...turn(1), ...withTool])
    for (const key of ['other', '__proto__', 'constructor', '']) expect([key, await first.read(key)]).toEqual([key, []])
  })

  rule('what was read does not change when more is said', async ({ first }) => {
    await first.append('s', turn(1))
    const before = await first.read('s')
    await first.append('s', turn(2))
    expect(before).toEqual(turn(1))
  })

  rule('turns that are added at the same time are all kept, whole', async ({ first, second }) => {
    const names = Array.from({ length: 12 }, (_, name) => name)
    await Promise.all(names.map((name) => (name % 2 === 0 ? first : second).append('s', [...turn(name), answered(`more of ${name}`)])))
    const said = await first.read('s')
    const turns = names.map((n) => said.slice(n * 3, n * 3 + 3))
    const inOrder = turns.toSorted((one, other) => nameOf(one) - nameOf(other))
    expect(inOrder).toEqual(names.map((name) => [...turn(name), answered(`more of ${name}`)]))
  })

  rule('a turn that is added again under its id is kept once, and other sessions may have the same id', async ({ first, second }) => {
    await first.append('s', turn(1), 'a')
    await first.append('s', turn(2), 'b')
    await second.append('s', turn(1), 'a')
    await second.append('t', turn(3), 'a')
    await Promise.all([first, second, first].map((store) => store.append('u', turn(4), 'a')))
    expect(await first.read('s')).toEqual([...turn(1), ...turn(2)])
    expect([await first.read('t'), await first.read('u')]).toEqual([turn(3), turn(4)])
  })

  rule(
    'over the limit of messages whole turns are forgotten, oldest first',
    async ({ first }) => {
      await first.append('s', withTool)
      for (const name of [1, 2, 3]) await first.append('s', turn(name))
      expect(await first.read('s')).toEqual([...turn(2), ...turn(3)])
    },
    { maxMessages: 5 },
  )

  rule(
    'over the limit of characters, too',
    async ({ first }) => {
      for (const name of [1, 2, 3]) await first.append('s', turn(name))
      expect(await first.read('s')).toEqual([...turn(2), ...turn(3)])
    },
    { maxCharacters: 2 * JSON.stringify(turn(1)).length },
  )

  rule(
    'of a turn that is too large alone, what was asked and what was answered is kept',
    async ({ first }) => {
      await first.append('s', turn(1))
      await first.append('s', withTool)
      expect(await first.read('s')).toEqual([asked('Tides?'), answered('Low.')])
    },
    { maxMessages: 3 },
  )

  rule('as much as may be kept comes back whole, whatever characters it is made of', async ({ first, second }) => {
    const odd: readonly Message[] = [asked('\ud800 \u2028 \u0000 \r\n 👋 "\\'), answered('潮'.repeat(60_000))]
    await first.append('s', odd)
    await second.append('s', turn(1))
    expect(await first.read('s')).toEqual([...odd, ...turn(1)])
  })

  rule(
    'a session expires when nobody used it for long, and reading is using',
    async ({ first, second, passTime }) => {
      await first.append('read', turn(1))
      await first.append('left', turn(2))
      passTime(hour - minute)
      expect(await second.read('read')).toEqual(turn(1))
      passTime(minute)
      expect(await first.read('left')).toEqual([])
      // Twice as long after it was written as it may stay unused.
      for (const _ of [1, 2, 3]) {
        passTime(hour - 2 * minute)
        expect(await first.read('read')).toEqual(turn(1))
      }
      passTime(hour)
      expect(await second.read('read')).toEqual([])
      await first.append('read', turn(3))
      expect(await second.read('read')).toEqual(turn(3))
    },
    { keepMs: hour },
  )

  rule('what is forgotten is gone for every process, alone, and can be begun anew', async ({ first, second }) => {
    await first.append('s', turn(1), 'a')
    await first.append('t', turn(2))
    await second.forget('s')
    await second.forget('never was')
    for (const store of [first, second]) expect([await store.read('s'), await store.read('t')]).toEqual([[], turn(2)])
    await first.append('s', turn(1), 'a')
    expect(await second.read('s')).toEqual(turn(1))
  })

  rule('sessions whose keys are nearly the same have nothing in common', async ({ first }) => {
    const keys = [
      's',
      'S',
      's/',
      '/s',
      's ',
      sessionKey(of('ann/', 's')),
      sessionKey(of('', 'ann/","a","s')),
      sessionKey(of('ann', 's')),
      sessionKey(of('', 's')),
    ]
    for (const key of keys) await first.append(key, turn(key))
    for (const key of keys) expect(await first.read(key)).toEqual(turn(key))
  })

  if (!perOwner) return
  rule(
    'an owner who has a conversation forgotten has room for another',
    async ({ first }) => {
      const keys = ['1', '2', '3'].map((name) => sessionKey(of('ann/', name)))
      const [one = '', two = '', three = ''] = keys
      await first.append(one, turn(1))
      await first.append(two, turn(2))
      await first.forget(one)
      await first.append(three, turn(3))
      expect(await Promise.all(keys.map((key) => first.read(key)))).toEqual([[], turn(2), turn(3)])
    },
    { maxSessionsPerOwner: 2 },
  )
  rule(
    'X10 an owner with many conversations pushes out their own, never those of others',
    async ({ first, second }) => {
      await first.append(sessionKey(of('ann/', '1')), turn(0))
      for (const name of ['1', '2', '3']) await first.append(sessionKey(of('"bob/', name)), turn(name))
      for (const name of ['1', '2', '3']) await first.append(sessionKey(of('', name)), turn(name))
      const read = (owner: string) => Promise.all(['1', '2', '3'].map((name) => second.read(sessionKey(of(owner, name)))))
      expect(await read('ann/')).toEqual([turn(0), [], []])
      expect(await read('"bob/')).toEqual([[], turn('2'), turn('3')])
      expect(await read('')).toEqual([turn('1'), turn('2'), turn('3')])
    },
    { maxSessionsPerOwner: 2 },
  )

  rule(
    'X10 of an owner, the conversation that was not used for longest makes room',
    async ({ first, passTime }) => {
      const keys = ['1', '2', '3'].map((name) => sessionKey(of('ann/', name)))
      const [one = '', two = '', three = ''] = keys
      for (const key of [one, two]) {
        await first.append(key, turn(key))
        passTime(1)
      }
      await first.read(one)
      passTime(1)
      await first.append(three, turn(three))
      expect(await Promise.all(keys.map((key) => first.read(key)))).toEqual([turn(one), [], turn(three)])
    },
    { maxSessionsPerOwner: 2 },
  )
}

const of = (owner: string, sessionId: string) => ({ owner, agentName: 'a', sessionId })

/** Which turn it is, by its first message. */
function nameOf([first]: readonly Message[]): number {
  return Number(first?.text.split(' ').at(-1))
}
