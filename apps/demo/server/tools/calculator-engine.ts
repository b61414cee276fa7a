/**
 * Enters: an expression as a model wrote it. Leaves: its value as text.
 * mathjs never evaluates JavaScript, but its language is large: it can define functions, units and matrices, and call a parser
 * on text. So the tree is checked against a short list before anything is computed; what is not on the list does not run.
 */
import { ToolError } from '@agentstream/edge'
import { all, create, type MathNode } from 'mathjs'

// The list of everything is typed as perhaps missing; it never is.
const math = create(all ?? {}, { number: 'number', predictable: false })

const maximumLength = 200
const maximumNodes = 100

const functionNames = new Set(
  'abs ceil cbrt cos exp floor log log10 log2 max mean median min mod round sign sin sqrt sum tan acos asin atan std gcd lcm'.split(' '),
)
const unitNames = new Set(
  (
    'm cm mm km inch inches foot feet ft yard yards mile miles g kg lb lbs oz celsius degC fahrenheit degF kelvin K ' +
    'second seconds minute minutes hour hours day days week weeks liter liters gallon gallons B kB MB GB TB kiB MiB GiB'
  ).split(' '),
)
const constantNames = new Set('pi e tau phi'.split(' '))
const operators = new Set('add subtract multiply divide mod pow unaryMinus unaryPlus to'.split(' '))

/** The value of an expression. Throws a ToolError whose message can be shown to anybody. */
export function calculate(expression: string): string {
  if (expression.length > maximumLength) throw refused(`The expression is longer than ${maximumLength} characters`)
  const tree = parse(expression)
  checkTree(tree)
  try {
    return math.format(tree.evaluate(), { precision: 12, lowerExp: -9, upperExp: 15 })
  } catch (cause) {
    throw refused(`“${expression}” has no value: its units or arguments do not fit together`, cause)
  }
}

const refused = (message: string, cause?: unknown) => new ToolError('calculator', message, { cause })

function parse(expression: string): MathNode {
  try {
    return math.parse(expression)
  } catch (cause) {
    // The parser's own words name positions in a text that the reader may never see.
    throw refused(`“${expression}” is not an expression I can read`, cause)
  }
}

function checkTree(tree: MathNode): void {
  let nodes = 0
  tree.traverse((node, _path, parent) => {
    nodes += 1
    if (nodes > maximumNodes) throw refused(`The expression has more than ${maximumNodes} parts`)
    // The name of a called function is a symbol of its own; it was checked with the call.
    if (math.isFunctionNode(parent) && parent.fn === node) return
    if (!isAllowed(node)) throw refused(`“${node.toString()}” is not allowed in this calculator`)
  })
}

function isAllowed(node: MathNode): boolean {
  if (math.isConstantNode(node)) return typeof node.value === 'number'
  if (math.isParenthesisNode(node)) return true
  if (math.isOperatorNode(node)) return operators.has(node.fn)
  if (math.isFunctionNode(node)) return math.isSymbolNode(node.fn) && functionNames.has(node.fn.name)
  return math.isSymbolNode(node) && (constantNames.has(node.name) || unitNames.has(node.name))
}
