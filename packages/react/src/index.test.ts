import { expect, test } from 'vitest'
import * as door from './index.ts'

test('the door: everything that is public, listed by hand', () => {
  expect(Object.keys(door).sort()).toMatchInlineSnapshot(`
    [
      "AgentClientProvider",
      "runQueryOptions",
      "shallowEqual",
      "useAgentClient",
      "useAgentInfo",
      "useAgentStream",
      "useConversation",
      "useRun",
      "useTaskStream",
    ]
  `)
})
