/** The same question through every protocol and over every transport: the same answer, with what the protocol can carry of the rest. */
import { type BrowserContext, expect, test } from '@playwright/test'
import { type Demo, openDemo } from './page.ts'

const inPage = 'no network: a server in this page'
const verified = 'Every event arrived, checked against the server’s digest.'
const unverified = 'This server sends no digest to check the events against.'

/** Several pages beside each other: the demo takes its time, and waits for nobody. */
async function through<Line extends readonly [words: string, over: string, ...more: unknown[]]>(
  context: BrowserContext,
  lines: readonly Line[],
  act: (demo: Demo, line: Line) => Promise<void>,
): Promise<void> {
  await Promise.all(
    lines.map(async (line) => {
      const page = await context.newPage()
      const demo = await openDemo(page)
      await demo.speak(line[0], line[1])
      await act(demo, line)
      await page.close()
    }),
  )
}

const args = /expression.*17\.5/s
type Question = readonly [words: string, over: string, integrity: string, card: RegExp | undefined]
const halves: readonly (readonly Question[])[] = [
  [
    ['AgentStream', 'fetch', verified, args],
    ['AgentStream', 'WebSocket', verified, args],
    ['AgentStream', inPage, verified, args],
    ['AG-UI', 'fetch', unverified, args],
    ['AI SDK', 'fetch', unverified, args],
  ],
  [
    ['find out', 'fetch', verified, args],
    ['A2A 0.3', 'fetch', unverified, args],
    ['A2A 1.0', inPage, unverified, args],
    // No arguments of tools, and no tools at all.
    ['Agentor', 'fetch', unverified, /43\.41/],
    ['AgentiCraft', 'fetch', unverified, undefined],
  ],
]

for (const lines of halves) {
  test(`one question, the same words and the same tool, through ${lines.map(([words, over]) => `${words} over ${over}`).join(', ')}`, async ({ context }) => {
    test.setTimeout(90_000)
    const answers = new Map<string, string>()
    await through(context, lines, async (demo, [words, over, integrity, card]) => {
      await demo.ask('What is 17.5% of 240 plus sqrt(2)?')
      await demo.ended('Completed')
      await expect(demo.answer).toContainText(integrity)
      if (card) await expect(demo.tool('calculator', 'done')).toContainText(card)
      else await expect(demo.tool('calculator')).toHaveCount(0)
      // Bare text has no rounds, so what should begin a line does not.
      answers.set(`${words} over ${over}`, (await demo.words()).replace('## ', ''))
    })
    const [usual = ''] = answers.values()
    expect(usual).toContain('43.41')
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries([...answers.keys()].map((line) => [line, usual])))
  })
}

test('a DAWP panel looks the same through every protocol that carries it', async ({ context }) => {
  const panels = new Map<string, string>()
  const pictures = new Map<string, Buffer>()
  await through(
    context,
    [
      ['AgentStream', 'fetch'],
      ['AgentStream', 'WebSocket'],
      ['AG-UI', 'fetch'],
      ['AI SDK', 'fetch'],
      ['A2A 0.3', 'fetch'],
      ['A2A 1.0', 'fetch'],
    ] as const,
    async (demo, [words, over]) => {
      await demo.play('16 · DAWP triggered mid loop')
      await demo.ended('Completed')
      const panel = demo.answer.getByRole('article', { name: 'Workflow tide-review' })
      await panel.getByRole('button').first().click()
      panels.set(`${words} over ${over}`, await panel.innerText())
      pictures.set(
        `${words} over ${over}`,
        await panel.screenshot({ path: `test-results/pictures/protocol-${words}-${over}.png`.toLowerCase().replaceAll(' ', '-') }),
      )
    },
  )
  const usual = panels.get('AgentStream over fetch')
  expect(usual).toContain('gather-facts')
  expect(Object.fromEntries(panels)).toEqual(Object.fromEntries([...panels.keys()].map((line) => [line, usual])))
  const [picture] = pictures.values()
  expect([...pictures].filter(([, other]) => !picture?.equals(other)).map(([line]) => line)).toEqual([])
})
