/** The stream is broken while it flows, and ends with the same words as one that nobody touched. */
import { type BrowserContext, expect, test } from '@playwright/test'
import { type Demo, openDemo } from './page.ts'

const question = 'Compute 2^32 / 60 and look up what a cursor is'
const verified = 'Every event arrived, checked against the server’s digest.'

/** Several pages beside each other: the demo takes its time, and waits for nobody. */
async function each<Given>(context: BrowserContext, all: readonly Given[], act: (demo: Demo, given: Given) => Promise<void>): Promise<void> {
  await Promise.all(
    all.map(async (given) => {
      const page = await context.newPage()
      await act(await openDemo(page), given)
      await page.close()
    }),
  )
}

const breakages = [
  { how: undefined, told: [/each once and in order: the digests agree/] },
  {
    how: 'Cut the connection',
    told: ['You cut the connection.', /lost after event \d+/, /Back after .+, from the event after that one/, /over 2 connections: the digests agree/],
  },
  { how: 'Repeat events', told: ['You had the server send its newest events twice.', /each once and in order: the digests agree/] },
  { how: 'Go silent', told: ['You silenced the line.', /lost after event \d+/, /Back after/, /over 2 connections: the digests agree/] },
  { how: 'Expire the token', told: ['You expired the page’s token, and cut', /lost after event \d+/, /Back after/, /over 2 connections: the digests agree/] },
]

test('N5 N17: cut, repeated, silent, expired: the answer is the same, the digests agree, and the page says what happened', async ({ context }) => {
  const answers: string[] = []
  await each(context, breakages, async (demo, { how, told }) => {
    await demo.ask(question)
    await demo.streamed(60)
    if (how) await demo.breakIt(how)
    await demo.ended('Completed')
    await expect(demo.answer).toContainText(verified)
    await expect(demo.story.getByRole('listitem')).toContainText(told)
    answers.push(await demo.words())
  })
  expect(answers[0]).toContain('71582788.2667')
  expect(new Set(answers).size, 'the same words everywhere').toBe(1)
})

test('what a foreign protocol cannot mend is told, and never shown as an answer', async ({ context }) => {
  await each(context, ['AG-UI', 'AI SDK', 'A2A 1.0'], async (demo, words) => {
    await demo.speak(words)
    await expect(demo.page.getByRole('status').filter({ hasText: 'a stream that breaks stays broken' })).toBeVisible()
    await demo.ask(question)
    await demo.streamed(60)
    await demo.breakIt('Cut the connection')
    await demo.ended('Truncated')
    await expect(demo.story).toContainText('The rest could not be had. What arrived before stays.')
  })
})
