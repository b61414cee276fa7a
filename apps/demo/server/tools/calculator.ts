import { defineTool } from '@agentstream/edge'
import * as z from 'zod'
import { calculate } from './calculator-engine.ts'

export const calculator = defineTool({
  name: 'calculator',
  description: 'Works out an arithmetic expression exactly: + - * / ^, parentheses, sqrt, sin, log, min, max …, units as in "5 inch to cm".',
  parameters: z.object({ expression: z.string().min(1).max(200) }),
  execute: ({ expression }) => ({ expression, result: calculate(expression) }),
})
