/** The demo as its users see it: what they can do, and what they can read. */
import type { Locator, Page } from '@playwright/test'
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
  choose(agent: 'Assistant' | 'DAWP' | 'Workflow' | 'Recordings'): Promise<void>
  ask(question: string, fault?: string): Promise<void>
  play(recording: string): Promise<void>
  stop(): Promise<void>
  stats(): Promise<DemoStats>
}

/** Opens the demo. */
export async function openDemo(page: Page): Promise<Demo> {
  await page.goto('/')
  const answer = page.getByRole('article', { name: 'Question and answer' }).last()
  return {
    page,
    answer,
    tool: (name, state) => answer.getByRole('article', { name: new RegExp(`^Tool call ${name}: ${state ?? ''}`) }),
    round: (number) => answer.getByRole('heading', { name: new RegExp(`^Round ${number}`) }),
    step: (name, state) => answer.getByRole('article', { name: new RegExp(`^Step ${name}: ${state ?? ''}`) }),
    approval: (toolName) => answer.getByRole('region', { name: toolName }),
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
    stats: async () => (await page.request.get('/api/demo/stats')).json(),
  }
}

/** Notes every text that the last element of a selector shows, from now on; the function it gives answers them in order. */
export async function record(page: Page, selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate(startRecording(selector))
  return () => page.evaluate<string[]>(recorded)
}
