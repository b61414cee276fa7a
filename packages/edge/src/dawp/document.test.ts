import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dawpVectors } from '../../test/dawp-vectors.ts'
import { DawpDocumentError } from '../errors.ts'
import type { DawpLimits, DawpWorkflow } from './dawp-workflow.ts'
import { type ParseDawpOptions, parseDawp } from './document.ts'
import { slug } from './prompt-blocks.ts'

interface CompileVector {
  name: string
  source: string
  limits: Record<string, number> | null
  expect: { ok: true; workflow: unknown } | { ok: false; code: string; line: number | null }
}

const limitNames: Record<string, keyof DawpLimits> = {
  max_prompts: 'maxPrompts',
  max_iterations_per_prompt: 'maxIterationsPerPrompt',
  max_contract_action_chars: 'maxActionCharacters',
  max_document_bytes: 'maxDocumentBytes',
}

/** A workflow in the words of the vectors. */
function inVectorWords(workflow: DawpWorkflow): unknown {
  const { placement, steps } = workflow
  return {
    name: workflow.id,
    trigger_hint: workflow.triggerHint ?? null,
    placement: placement.type === 'pre_main_loop' ? placement : { type: placement.type, dawp_trigger: placement.trigger, trigger_once: placement.once },
    trigger_instruction: workflow.triggerInstruction ?? null,
    merge_back: workflow.mergeBack,
    max_iterations_per_prompt: workflow.maxIterationsPerPrompt ?? null,
    instruction: workflow.instruction,
    action: workflow.action,
    step_marker: workflow.stepMarker,
    run_marker: workflow.runMarker,
    appendix: workflow.appendix,
    steps: steps.map(({ id, prompt, maxIterations = null }, index) => ({
      id,
      instruction: prompt,
      is_last: index === steps.length - 1,
      max_iterations: maxIterations,
    })),
  }
}

function compiled(source: string, options: ParseDawpOptions): CompileVector['expect'] {
  try {
    return { ok: true, workflow: inVectorWords(parseDawp(source, options)) }
  } catch (error) {
    if (!(error instanceof DawpDocumentError)) throw error
    return { ok: false, code: error.problem, line: error.line ?? null }
  }
}

const compileVectors = dawpVectors<CompileVector>('dawp-compile')

test.each(compileVectors.map((vector) => [vector.name, vector] as const))('S29: compatible: %s', (_name, { source, limits, expect: expected }) => {
  const ours = compiled(source, {
    compatible: true,
    ...(limits ? { limits: Object.fromEntries(Object.entries(limits).map(([name, value]) => [limitNames[name], value])) } : {}),
  })
  // A bare ValueError upstream; ours is an error of the document.
  const code = (text: string): string => text.replace('uncaught_ValueError', 'max_iterations_invalid')
  expect(ours).toEqual(expected.ok ? expected : { ...expected, code: code(expected.code) })
})

test('ids of steps', () => {
  const vectors = dawpVectors<{ title: string; slug: string }>('dawp-slug')
  expect(vectors.map(({ title }) => ({ title, slug: slug(title) }))).toEqual(vectors)
})

const head = '---\nname: Flow\n---\n'
const contract = '## Contract\n### Action\nBe brief.\n### Prompt Completion Marker: `<P_OK>`\n### DAWP Completion Marker: `<D_OK>`\n'
const prompt = (number: number): string => `<Prompt ${number}>\nLook.\n</Prompt ${number}>\n`
const whole = head + contract + prompt(0)

describe('by default', () => {
  test('X22: a prompt in the appendix is no step; in compatible mode it is', () => {
    const source = `${whole}## Appendix\n${prompt(1)}`
    expect(parseDawp(source).steps.map(({ id }) => id)).toEqual(['prompt-0'])
    expect(parseDawp(source).appendix).toContain('<Prompt 1>')
    expect(parseDawp(source, { compatible: true }).steps.map(({ id }) => id)).toEqual(['prompt-0', 'prompt-1'])
  })

  test('X22: a heading inside a prompt does not end the steps', () => {
    expect(parseDawp(`${head}${contract}<Prompt 0>\n## Appendix\n</Prompt 0>\n`).steps).toHaveLength(1)
  })

  test('a document without prompts is refused; in compatible mode it has no steps', () => {
    expect(() => parseDawp(head + contract)).toThrow(expect.objectContaining({ code: 'dawp_document', problem: 'prompts_missing' }))
    expect(parseDawp(head + contract, { compatible: true }).steps).toEqual([])
  })

  test('max_iterations_per_prompt is applied; in compatible mode it is only read', () => {
    const source = whole.replace('name: Flow', 'name: Flow\nmax_iterations_per_prompt: 4')
    const caps = (options: ParseDawpOptions) => parseDawp(source, options).steps.map(({ maxIterations }) => maxIterations)
    expect(caps({})).toEqual([4])
    expect(caps({ limits: { maxIterationsPerPrompt: 3 } })).toEqual([3])
    expect(caps({ limits: {} })).toEqual([4])
    expect(caps({ compatible: true })).toEqual([undefined])
    expect(caps({ compatible: true, limits: {} })).toEqual([6])
    expect(() => parseDawp(source.replace('4', '0'))).toThrow(expect.objectContaining({ problem: 'max_iterations_invalid' }))
  })
})

test('S29: an error names the file, the line and the reason', () => {
  const source = whole.replace('name: Flow', 'name: Flow\nplacement: after_response_index')
  const at = { problem: 'placement_removed', path: 'flows/a.dawp.md', line: 3, message: expect.stringMatching(/^flows\/a\.dawp\.md:3: The placement/) }
  expect(() => parseDawp(source, { path: 'flows/a.dawp.md' })).toThrow(expect.objectContaining(at))
  expect(() => parseDawp(source)).toThrow(expect.objectContaining({ message: expect.stringMatching(/^3: The placement/) }))
})

describe('X21: front matter', () => {
  const withHead = (yaml: string): string => `---\n${yaml}\n---\n${contract}${prompt(0)}`
  const problemOf = (yaml: string): string => {
    const ours = compiled(withHead(yaml), {})
    return ours.ok ? 'none' : ours.code
  }

  test.each([
    ['a tag of a language', 'name: !!python/object/apply:os.system ["ls"]'],
    ['a tag nobody knows', 'name: !thing x'],
    [
      'aliases that multiply',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`)}]\n`)}name: x`,
    ],
    ['nesting without end', `name: x\ndeep: ${'['.repeat(20_000)}`],
    ['control characters', 'name: "a\u0007b"'],
    ['a head larger than a document needs', `name: ${'x'.repeat(70_000)}`],
    ['two documents', 'name: x\n...\n--- a\nname: y'],
  ])('%s is refused', (_name, yaml) => {
    expect(problemOf(yaml)).toBe('front_matter_yaml')
  })

  test('keys of the prototype are only keys', () => {
    const workflow = parseDawp(withHead('name: x\n__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}'))
    expect(workflow.id).toBe('x')
    expect(Reflect.get(workflow, 'polluted')).toBeUndefined()
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(problemOf('__proto__: {name: x}')).toBe('name_missing')
  })

  test('is read as PyYAML reads it', () => {
    expect(parseDawp(withHead('name: y')).id).toBe('y')
    expect(parseDawp(withHead('name: 2026-03-04')).id).toBe('2026-03-04')
    expect(parseDawp(withHead('name: one\nname: two')).id).toBe('two')
    expect(problemOf('name: off')).toBe('name_missing')
    expect(parseDawp(withHead('name: on')).id).toBe('True')
  })
})

const fragment = fc.constantFrom(
  ...['---\n', '\n', ' ', '<!-- Metadata -->\n', 'name: a\n', 'name: [\n', 'placement: on_response_trigger\n', 'dawp_trigger: <GO>\n', 'a: &a [*a]\n'],
  ...['merge_back: both\n', '## Contract\n', '### Action\n', '### Prompt Completion Marker: `<A>`\n', '### DAWP Completion Marker: `<B>`\n'],
  ...['## Appendix\n', '<Prompt 1>', '</Prompt 1>', '<Prompt 99999999999999999999>', '\r', '\u2028', '"', '`', 'é', '\ud800'],
)

test('S29: whatever is compiled, the outcome is a workflow or a DawpDocumentError', () => {
  const documents = fc.oneof(
    fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')),
    fc
      .array(fc.oneof(fragment, fc.string({ unit: 'binary' })), { maxLength: 20 })
      .map((parts) => `---\nname: x\n${parts.join('')}\n---\n${contract}${prompt(0)}`),
    fc.tuple(fc.nat(whole.length), fc.string()).map(([at, text]) => whole.slice(0, at) + text + whole.slice(at)),
  )
  fc.assert(
    fc.property(documents, fc.boolean(), (source, compatible) => {
      expect(() => compiled(source, { compatible })).not.toThrow()
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['unclosed prompts', (size: number) => whole + '<Prompt 1>'.repeat(size / 10)],
  ['prompts closed the wrong way round', (size: number) => `${whole}${'</Prompt 1>'.repeat(size / 20)}${'<Prompt 1>'.repeat(size / 20)}`],
  ['rules after a comment', (size: number) => `<!-- metadata -->\n---\nname: x\n${'---\n\n'.repeat(size / 5)}`],
  ['headings', (size: number) => whole + '## x\n'.repeat(size / 5)],
  ['blanks in a heading', (size: number) => `${head}## Contract${' '.repeat(size)}x\n${contract}${prompt(0)}`],
  ['a long contract', (size: number) => `${head}${contract.replace('Be brief.', '`<'.repeat(size / 2))}${prompt(0)}`],
])('X9: a million characters of %s are compiled in no time', (_name, make) => {
  // By what takes the square of its input this would be an hour's work, and time out.
  compiled(make(1_000_000), {})
})
