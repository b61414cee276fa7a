import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'
import { builtinsBehindDoors, findings, forbiddenArrows, type House, knots, tooBranched, tooLong, walls } from './architecture/checks.ts'
import { growTree } from './architecture/tree.ts'

// Who may import whom. A lower number never imports a higher one; on one line, a name imports only names to its left.
// Doors are what a package.json exports: they re-export from every level, and nothing in their house imports them.

const client: House = {
  root: 'packages/client/src',
  rows: [
    {
      level: 0,
      rooms: [
        'errors',
        'abort',
        'wire/stage',
        'wire/json',
        'wire/cursor',
        'wire/digest',
        'wire/retry-after',
        'wire/agent',
        'wire/ask',
        'wire/random-id',
        'wire/partial-json',
        'wire/same-frame',
      ],
      law: 'Level 0 knows nothing but the names to the left.',
    },
    {
      level: 1,
      rooms: ['wire/events'],
      packages: ['zod/v4/core'],
      law: 'wire/events is the vocabulary: of zod only its core, for it is loaded by every page.',
    },
    { level: 2, rooms: ['wire/frames'], from: [0], packages: ['eventsource-parser'], law: 'wire/frames cuts bytes: eventsource-parser only, and no events.' },
    {
      level: 3,
      rooms: ['wire/protocols/protocol', 'wire/protocols/*'],
      packages: ['zod/v4/core'],
      apart: true,
      law: 'wire/protocols imports levels 0 to 2; one protocol never imports another.',
    },
    { level: 4, rooms: ['wire/detect', 'wire/transcode'], from: [0, 1, 2, 3], law: 'Only what stands above all protocols knows several of them.' },
    {
      level: 4,
      rooms: ['run/state', 'run/draft', 'run/cases', 'run/reduce', 'run/select', 'run/select-arguments'],
      from: ['wire/partial-json', 'wire/events/scope', 'wire/events/ending'],
      types: [1],
      law: 'A run is folded from event types and partial JSON, nothing else: no streams, no clock.',
    },
    { level: 4, rooms: ['run/page-life'], from: [], law: 'The page is listened to in one place, which knows nothing of runs.' },
    {
      level: 5,
      rooms: ['run/schedule', 'run/store', 'run/retry', 'run/pause', 'run/connection', 'run/event-queue'],
      from: [0, 4],
      types: [1],
      law: 'Keeping a run imports levels 0 and 4, and event types.',
    },
    { level: 6, rooms: ['run/transport', 'run/*-transport'], from: [0, 2], law: 'A transport carries frames and knows no events: levels 0 and 2.' },
    {
      level: 7,
      rooms: ['run/continuity', 'run/receive', 'run/resume', 'run/open-stream'],
      from: [0, 1, 2, 3, 4, 6, 'run/schedule', 'run/retry', 'run/pause', 'run/connection'],
      law: 'The corridor knows no store.',
    },
    {
      level: 7,
      rooms: ['run/agent-run'],
      from: [0, 1, 2, 3, 4, 5, 6, 'run/open-stream', 'run/receive'],
      law: 'agent-run imports the corridor and what is below it.',
    },
    { level: 8, rooms: ['patterns/source', 'patterns', 'text-of'], from: [0, 1], law: 'Patterns are loops over any stream: they know no client.' },
    {
      level: 8,
      rooms: ['info', 'input', 'exchange', 'measure', 'client', 'conversation', 'session', 'dawp-consumer'],
      law: 'A lower number never imports a higher one.',
    },
    { level: 9, rooms: ['testing'], law: 'Fakes import everything but doors.' },
  ],
}

const react: House = {
  root: 'packages/react/src',
  rows: [
    {
      level: 0,
      rooms: ['*'],
      packages: ['@agentstream/client', 'react', '@tanstack/react-query'],
      law: 'react imports the front door of client, react and @tanstack/react-query.',
    },
  ],
}

const wire = '@agentstream/client/wire'
const edge: House = {
  root: 'packages/edge/src',
  rows: [
    { level: 0, rooms: ['errors', 'abort', 'batches'], packages: [wire], law: 'edge enters client only through @agentstream/client/wire.' },
    { level: 1, rooms: ['model/messages', 'model/provider'], packages: [wire], law: 'A model is an interface over messages.' },
    {
      level: 2,
      rooms: ['model/retry-policy', 'model/http', 'model/call-provider', 'model/*'],
      packages: [wire, 'zod'],
      apart: true,
      law: 'Vendors import levels 0 and 1, and never each other.',
    },
    { level: 2, rooms: ['tools'], from: [0, 1], packages: [wire, 'zod'], law: 'Tools import levels 0 and 1.' },
    {
      level: 2,
      rooms: ['tools/mcp'],
      from: [0, 1, 'tools'],
      packages: [wire, '@modelcontextprotocol/client'],
      law: 'Tools of MCP servers have a door of their own: only that loads the MCP client.',
    },
    { level: 3, rooms: ['loop'], from: [0, 1, 'tools'], packages: [wire], law: 'The loop knows the StreamingProvider interface; it cannot name a vendor.' },
    {
      level: 4,
      rooms: ['model-streams'],
      from: [0, 1, 2, 'loop'],
      packages: [wire],
      law: 'A model read without an agent: the vendors, and how calls are put together.',
    },
    { level: 4, rooms: ['dawp'], from: [0, 1, 'loop', 'tools'], packages: [wire, 'yaml'], law: 'dawp imports the loop and tools.' },
    {
      level: 5,
      rooms: ['agents/agent', 'agents'],
      from: [0, 1, 'loop', 'tools', 'dawp'],
      packages: [wire, 'zod'],
      law: 'Agents import the loop, tools and dawp.',
    },
    { level: 6, rooms: ['runs'], from: [0], types: ['agents/agent'], packages: [wire], law: 'Runs know an agent by its type, and the wire.' },
    {
      level: 7,
      rooms: ['serve'],
      from: [0, 'runs'],
      types: ['agents/agent'],
      packages: [wire, 'hono', 'hono/*', 'zod'],
      law: 'Serving imports runs and the wire.',
    },
    { level: 8, rooms: ['testing'], packages: [wire], law: 'Fakes import everything but doors.' },
  ],
}

const root = new URL('..', import.meta.url).pathname
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

function codeUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return ['node_modules', 'dist', 'test-results'].includes(entry.name) ? [] : codeUnder(path)
    return /\.(tsx?|mjs)$/.test(entry.name) ? [path] : []
  })
}

/** What every package.json exports, by the name an import uses. */
function doorsOf(packages: readonly string[]): Record<string, string> {
  const doors: Record<string, string> = {}
  for (const folder of packages) {
    const { name, exports } = JSON.parse(text(`packages/${folder}/package.json`))
    for (const [door, target] of Object.entries<Record<string, string>>(exports)) {
      const source = target['agentstream-source']
      if (source) doors[join(name, door)] = join('packages', folder, source)
    }
  }
  return doors
}

const code = ['packages', 'apps', 'e2e', 'bench', 'scripts'].flatMap(codeUnder)
const tree = growTree(Object.fromEntries(code.map((path) => [path, text(path)])), doorsOf(['client', 'react', 'edge']))
const openDoors = [...tree.doors].filter(([, path]) => tree.files.has(path))

test.each([client, react, edge])('$root: no arrow the table forbids', (house) => expect(forbiddenArrows(tree, house)).toEqual([]))
test('packages are entered through their doors only', () => expect(walls(tree)).toEqual([]))
test('no imports in a circle', () => expect(knots(tree)).toEqual([]))
test('no Node built-in behind any door', () => expect(builtinsBehindDoors(tree)).toEqual([]))
test('no file over 300 lines', () => expect(tooLong(tree, 300)).toEqual([]))
test('no function branching over 12', () => expect(tooBranched(tree, 12)).toEqual([]))
test('no any, no !, no foreign errors, no accessors, and doors that only re-export', () => expect(findings(tree)).toEqual([]))

test.each(openDoors)('%s bundles for a browser, and no package behind it asks for a Node built-in', async (_door, path) => {
  const asked: string[] = []
  const bundle = await rolldown({
    input: join(root, path),
    platform: 'browser',
    onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log),
    external: ['react', '@tanstack/react-query'],
    resolve: { conditionNames: ['agentstream-source', 'browser', 'import', 'default'] },
    plugins: [{ name: 'builtins', resolveId: (id, importer) => void (isBuiltin(id) && asked.push(`${importer} → ${id}`)) }],
  })
  await bundle.generate({ format: 'esm' })
  expect(asked).toEqual([])
})
