import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const text = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

test.each(['example.tsx', 'conversation.tsx', 'component-under-test.tsx'])('%s in the README is the one that is compiled', (name) => {
  expect(text('../README.md')).toContain(`\`\`\`tsx\n${text(name)}\`\`\``)
})
