import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { captain } from '../../../test/workflow-example.ts'
import { run, story } from '../../../test/workflow-play.ts'

const text = (path: string): string => readFileSync(new URL(`../../../../../${path}`, import.meta.url), 'utf8')

test('the example of the guide is compiled, and does what the guide says', async () => {
  expect(text('docs/workflows.md')).toContain(`\`\`\`ts\n${text('packages/edge/test/workflow-example.ts')}\`\`\``)
  const events = await run(captain)
  expect(events.at(-2)).toMatchObject({ type: 'result', success: true, output: 'Leave at noon.' })
  expect(story(events)).toContain('token weather Asking about Brest, attempt 1. ')
  const progress = events.flatMap((event) => (event.type === 'custom' && event.name === 'step_progress' ? [event.data] : []))
  expect(progress).toMatchObject([{ progress: 1 / 3, message: '12 knots' }, { progress: 2 / 3 }, { progress: 1 }])
})
