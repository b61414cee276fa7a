/** The core in a stock WebKitGTK, which Playwright cannot drive: the same sentences over WebDriver. */
import { expect, test } from '@playwright/test'
import { findBrowser } from '../scripts/browsers.mjs'
import { WebKit } from '../scripts/webkit.mjs'
import { statsFrom } from './page.ts'
import { recorded, startRecording } from './recorder.ts'

const ask = (question: string, fault: string): string => `
  const choose = (element, value, event) => {
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(element), 'value').set.call(element, value)
    element.dispatchEvent(new Event(event, { bubbles: true }))
  }
  const fault = [...document.querySelectorAll('select option')].find((option) => option.textContent === ${JSON.stringify(fault)})
  choose(fault.parentElement, fault.value, 'change')
  choose(document.querySelector('textarea'), ${JSON.stringify(question)}, 'input')
  setTimeout(() => document.querySelector('form').requestSubmit(), 50)
`
const turn = 'main article.turn'

test.describe.configure({ mode: 'serial' })
let webkit: WebKit
test.beforeAll(async () => {
  const found = findBrowser('webkit')
  if (!found) throw new Error('No WebKit on this machine')
  webkit = await WebKit.launch(found)
})
// A tab keeps its conversation, and all of these share one.
test.afterEach(() => webkit.eval('sessionStorage.clear()'))
test.afterAll(() => webkit.close())

/** The texts of the answer, in order, once the last of them matches. */
async function statesUntil(pattern: RegExp): Promise<string[]> {
  const states = async (): Promise<string[]> => webkit.eval(`return ${recorded}`) as Promise<string[]>
  await expect.poll(async () => (await states()).at(-1) ?? '', { intervals: [100] }).toMatch(pattern)
  return states()
}

async function open(url: string): Promise<void> {
  await webkit.goto(url)
  await webkit.find('textarea')
  await webkit.eval(startRecording(turn))
}

test('tokens appear as they come', async ({ baseURL }) => {
  await open(`${baseURL}/`)
  await webkit.eval(ask('What is 17.5% of 240 plus sqrt(2)?', 'nothing'))
  const states = await statesUntil(/Completed/)
  expect(new Set(states.map((state) => state.length)).size).toBeGreaterThanOrEqual(3)
  expect(states.at(-1)).toContain('43.41')
})

test('Stop stops the server, too', async ({ baseURL, request }) => {
  const before = await statsFrom(request)
  await open(`${baseURL}/`)
  await webkit.eval(ask('Write a report about cancelling', 'nothing'))
  await statesUntil(/slow_report\s*running/)
  await webkit.eval(`[...document.querySelectorAll('button')].find((button) => button.textContent.includes('Stop')).click()`)
  await statesUntil(/Cancelled/)
  await expect.poll(async () => (await statsFrom(request)).running).toBeLessThanOrEqual(before.running)
})

test('a cut connection goes on where it stopped, and ends whole', async ({ baseURL }) => {
  await open(`${baseURL}/`)
  await webkit.eval(ask('How does AgentStream notice a truncated run?', 'cut the connection'))
  const states = await statesUntil(/Completed/)
  expect(states.at(-1)).toContain('checked against the server’s digest')
  // What the page tells afterwards: between the connections it may have waited for less than it takes to draw.
  await webkit.eval(`document.querySelector('.inspector') ?? document.querySelector('button[aria-label=Inspector]').click()`)
  await expect.poll(() => webkit.eval(`return document.querySelector('.inspector')?.textContent`)).toMatch(/Back after .*over 2 connections/)
})

test('a run whose rest cannot be had shows as truncated', async ({ baseURL }) => {
  await open(`${baseURL}/`)
  await webkit.eval(ask('How does AgentStream notice a truncated run?', 'lose the run'))
  const states = await statesUntil(/Truncated/)
  expect(states.at(-1)).not.toContain('Completed')
})

test('a page that is loaded again shows the conversation it was in', async ({ baseURL }) => {
  await open(`${baseURL}/`)
  await webkit.eval(ask('What is 17.5% of 240 plus sqrt(2)?', 'nothing'))
  await statesUntil(/Completed/)
  await open(`${baseURL}/`)
  const [shown = ''] = await statesUntil(/You asked earlier/)
  expect(shown).toContain('43.41')
  expect(shown).toContain('As the server remembers it.')
})
