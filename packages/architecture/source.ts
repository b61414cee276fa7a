import { parseSync, Visitor, type VisitorObject } from 'oxc-parser'

/** One arrow as written: `import`, `export … from`, `import()`, or a type's `import('…')`. */
export interface Import {
  readonly specifier: string
  readonly line: number
  readonly typeOnly: boolean
}

/** Something the syntax tree shows that a rule of the house speaks about. */
export interface Finding {
  readonly kind: 'any' | 'non-null' | 'throw' | 'accessor' | 'export-all' | 'own-code'
  readonly line: number
}

export interface FunctionShape {
  readonly name: string
  readonly line: number
  /** Cyclomatic: one, and one more for each branch counted below. */
  readonly branching: number
}

export interface SourceFile {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly findings: readonly Finding[]
  readonly functions: readonly FunctionShape[]
}

const foreignErrors = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError'])

type Node = { readonly type: string; readonly start: number }

/** Parses one file into the facts the checks need; the syntax tree goes no further. */
export function readSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text)
  const problem = errors[0]
  if (problem) throw new SyntaxError(`${path}: ${problem.message}`)
  const lineOf = lineCounter(text)
  const imports: Import[] = []
  const findings: Finding[] = []
  const find = (kind: Finding['kind'], node: Node) => findings.push({ kind, line: lineOf(node.start) })
  const branches = branchCounter(lineOf)
  const arrow = (node: Node, specifier: string, typeOnly: boolean) => imports.push({ specifier, line: lineOf(node.start), typeOnly })

  for (const statement of program.body) {
    const reExports = statement.type === 'ExportAllDeclaration' || (statement.type === 'ExportNamedDeclaration' && !statement.declaration)
    if (!reExports && statement.type !== 'ImportDeclaration') find('own-code', statement)
  }
  new Visitor({
    ...branches.visitor,
    ImportDeclaration: (node) =>
      arrow(node, node.source.value, node.importKind === 'type' || allTypes(node.specifiers.map((one) => one.type === 'ImportSpecifier' && one.importKind))),
    ExportNamedDeclaration: (node) => {
      if (node.source) arrow(node, node.source.value, node.exportKind === 'type' || allTypes(node.specifiers.map((one) => one.exportKind)))
    },
    ExportAllDeclaration: (node) => {
      find('export-all', node)
      arrow(node, node.source.value, node.exportKind === 'type')
    },
    ImportExpression: (node) => {
      if (node.source.type === 'Literal' && typeof node.source.value === 'string') arrow(node, node.source.value, false)
    },
    TSImportType: (node) => arrow(node, node.source.value, true),
    TSAnyKeyword: (node) => find('any', node),
    TSNonNullExpression: (node) => find('non-null', node),
    ObjectExpression: ({ properties }) => {
      for (const property of properties) if (property.type === 'Property' && property.kind !== 'init') find('accessor', property)
    },
    ThrowStatement: ({ argument }) => {
      const made = argument.type === 'NewExpression' ? argument.callee : undefined
      if (made?.type === 'Identifier' && foreignErrors.has(made.name)) find('throw', argument)
    },
  }).visit(program)
  return { path, lines: text.replace(/\n$/, '').split('\n').length, imports, findings, functions: branches.functions() }
}

const allTypes = (kinds: readonly unknown[]): boolean => kinds.length > 0 && kinds.every((kind) => kind === 'type')

function lineCounter(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    const after = starts.findIndex((start) => start > offset)
    return after < 0 ? starts.length : after
  }
}

/**
 * Counts as a branch: if, every loop, every case with a test, catch, the conditional operator, &&, ||, ??, and their assignments.
 * A nested function is counted on its own, so a table of small functions costs nothing.
 */
function branchCounter(lineOf: (offset: number) => number): { visitor: VisitorObject; functions(): FunctionShape[] } {
  const open = [{ name: 'the module itself', line: 1, branching: 1 }]
  const all = [...open]
  const branch = () => {
    const innermost = open.at(-1)
    if (innermost) innermost.branching += 1
  }
  const enter = (node: Node & { id?: { name: string } | null }) => {
    const shape = { name: node.id?.name ?? 'a function', line: lineOf(node.start), branching: 1 }
    open.push(shape)
    all.push(shape)
  }
  const leave = () => {
    open.pop()
  }
  const visitor: VisitorObject = {
    FunctionDeclaration: enter,
    'FunctionDeclaration:exit': leave,
    FunctionExpression: enter,
    'FunctionExpression:exit': leave,
    ArrowFunctionExpression: enter,
    'ArrowFunctionExpression:exit': leave,
    IfStatement: branch,
    ForStatement: branch,
    ForInStatement: branch,
    ForOfStatement: branch,
    WhileStatement: branch,
    DoWhileStatement: branch,
    CatchClause: branch,
    ConditionalExpression: branch,
    LogicalExpression: branch,
    SwitchCase: ({ test }) => {
      if (test) branch()
    },
    AssignmentExpression: ({ operator }) => {
      if (operator === '&&=' || operator === '||=' || operator === '??=') branch()
    },
  }
  return { visitor, functions: () => all }
}
