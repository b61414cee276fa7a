/** The demo as its users see it: what they can do, and what they can read. */
import { type APIRequestContext, expect, type Locator, type Page } from '@playwright/test'
import { recorded, startRecording } from './recorder.ts'

export interface DemoStats {
  readonly providerRequests: number
  readonly aborted: number
  readonly running: number
}

export interface Demo {
  readonly page: Page
  /** The question asked last, and its answer. */
  readonly answer: Locator
  /** The card of a tool, in the state a word tells. */
  tool(name: string, state?: string): Locator
  /** The heading of a round of the loop. */
  round(number: number): Locator
  /** A step of a workflow agent, in the state a word tells. */
  step(name: string, state?: string): Locator
  /** What a tool asks before it runs, as it stands now. */
  approval(toolName: string): Locator
  /** What the inspector tells about the connection. */
  readonly story: Locator
  /** Everything the answer says, without what stands around it. */
  words(): Promise<string>
  ended(how: string): Promise<void>
  /** Until so many tokens have come. */
  streamed(tokens: number): Promise<void>
  breakIt(how: string): Promise<void>
  /** How the next question travels. */
  speak(words: string, over?: string): Promise<void>
  choose(agent: 'Assistant' | 'DAWP' | 'Workflow' | 'Recordings'): Promise<void>
  ask(question: string, fault?: string): Promise<void>
  play(recording: string): Promise<void>
  stop(): Promise<void>
  stats(): Promise<DemoStats>
}

/** What the demo's server counts of its models. */
export async function statsFrom(request: APIRequestContext): Promise<DemoStats> {
  // A connection that was kept may be closed by the server in the moment it is used again.
  return (await request.get('/api/demo/stats', { headers: { connection: 'close' } })).json()
}

/** Opens the demo, on its own server unless told. */
export async function openDemo(page: Page, url = '/'): Promise<Demo> {
  await page.goto(url)
  return demoOn(page)
}

/** The demo that a page shows already. */
export function demoOn(page: Page): Demo {
  const answer = page.getByRole('article', { name: 'Question and answer' }).last()
  return {
    page,
    answer,
    tool: (name, state) => answer.getByRole('article', { name: new RegExp(`^Tool call ${name}: ${state ?? ''}`) }),
    round: (number) => answer.getByRole('heading', { name: new RegExp(`^Round ${number}`) }),
    step: (name, state) => answer.getByRole('article', { name: new RegExp(`^Step ${name}: ${state ?? ''}`) }),
    approval: (toolName) => answer.getByRole('region', { name: toolName }),
    story: page.getByRole('list', { name: 'What happened to the connection' }),
    words: async () => (await answer.locator('.md').allTextContents()).join('').replace(/\s+/g, ' '),
    async ended(how) {
      await expect(answer.getByText(how, { exact: true })).toBeVisible()
    },
    async streamed(tokens) {
      // Looked at in the page: on a busy machine the answer would be over before a question from here is answered.
      await page.evaluate(`new Promise((resolve) => {
        const isSeen = () => [...document.querySelectorAll('.inspector .figures div')].some(({ textContent }) => Number(/^tokens(.+)$/.exec(textContent)?.[1]) >= ${tokens})
        const look = () => isSeen() && (observer.disconnect(), resolve())
        const observer = new MutationObserver(look)
        observer.observe(document.body, { subtree: true, childList: true, characterData: true })
        look()
      })`)
    },
    async breakIt(how) {
      await page.getByRole('button', { name: how, exact: true }).click()
    },
    async speak(words, over = 'fetch') {
      await page.getByRole('button', { name: /^Speaks/ }).click()
      await page.getByRole('combobox', { name: 'in the words of' }).selectOption({ label: words })
      await page.getByRole('combobox', { name: 'over', exact: true }).selectOption({ label: over })
      await page.keyboard.press('Escape')
    },
    async choose(agent) {
      await page.getByRole('radio', { name: agent }).check()
    },
    async ask(question, fault) {
      if (fault) await page.getByRole('combobox', { name: 'Break on purpose' }).selectOption(fault)
      // Typed, because Firefox over BiDi sets a value without the input event that a page listens for.
      await page.getByRole('textbox', { name: 'Your question' }).pressSequentially(question)
      await page.getByRole('button', { name: 'Send' }).click()
    },
    async play(recording) {
      await page.getByRole('radio', { name: 'Recordings' }).check()
      await page.getByRole('combobox', { name: 'Recording' }).selectOption({ label: recording })
      await page.getByRole('button', { name: 'Play' }).click()
    },
    async stop() {
      await page.getByRole('button', { name: 'Stop' }).click()
    },
    stats: () => statsFrom(page.request),
  }
}

/** Notes every text that the last element of a selector shows, from now on; the function it gives answers them in order. */
export async function record(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate(startRecording(selector))
  return () => page.evaluate<string[]>(recorded)
}
