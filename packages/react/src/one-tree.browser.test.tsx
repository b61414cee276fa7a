/** One tree shows one run whatever its server speaks: in a real browser, against our real handler. What differs is what the loss tables say. */
import { type AgentClientOptions, type AgentRun, createAgentClient, inProcessTransport } from '@agentstream/client'
import {
  a2a,
  a2aLosses,
  a2aV1,
  agenticraft,
  agenticraftLosses,
  agenticraftText,
  agenticraftTextLosses,
  agentor,
  agentorChat,
  agentorLosses,
  agUi,
  agUiLosses,
  aiecs,
  autoProtocol,
  type LossTable,
  type Protocol,
  uiMessageStream,
  uiMessageStreamLosses,
} from '@agentstream/client/wire'
import { render } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { withoutComplaints } from '../test/harness.tsx'
import { RunPanel, serve, toldState } from '../test/one-run.tsx'
import { useRun } from './index.ts'

withoutComplaints()

function Live({ run }: { readonly run: AgentRun }) {
  return <RunPanel state={useRun(run)} />
}

interface Panel {
  readonly html: string
  /** What is shown, each line behind the kind of event that made it. */
  readonly lines: readonly string[]
}

function panelIn(container: Element): Panel {
  const lines = Array.from(container.querySelectorAll<HTMLElement>('[data-by]'), (line) => `${line.dataset['by']} | ${line.textContent}`)
  return { html: container.innerHTML, lines }
}

const told = (): Panel => panelIn(render(<RunPanel state={toldState()} />).container)

/** What a page shows at last that watched a run from its beginning. */
async function shown(options: AgentClientOptions): Promise<Panel> {
  const run = createAgentClient({ retry: false, ...options }).run('Tell me of tides')
  const { container } = render(<Live run={run} />)
  await run.result()
  await expect.poll(() => panelIn(container).lines[0]).not.toMatch(/idle|connecting|streaming/)
  return panelIn(container)
}

/** Asks for words by their name, at addresses that speak others unless told. */
function fetchOf(handler: ReturnType<typeof serve>, named: string | undefined): typeof fetch {
  return (input, init) => {
    const url = new URL(String(input))
    if (named) url.searchParams.set('protocol', named)
    return handler(new Request(url, init))
  }
}

const less = (some: readonly string[], others: readonly string[]): readonly string[] => {
  const left = [...others]
  return some.filter((line) => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const kindOf = (line: string): string => line.slice(0, line.indexOf(' | '))
const fateIn = ({ events, others }: LossTable, kind: string): string => new Map(Object.entries(events)).get(kind) ?? others

interface Way {
  readonly protocol: Protocol
  /** Where the client of this protocol asks. */
  readonly path: string
  readonly named?: string
  readonly losses: LossTable
  /** Lines that are missing, and what stands there instead. */
  readonly gone?: readonly string[]
  readonly instead?: readonly string[]
}

const keepsAll: LossTable = { protocol: 'aiecs', events: {}, others: 'kept' }
const survey = [
  'dawp_run_started | survey, inline, by tool',
  'dawp_run_completed | closed, true',
  'dawp_step_started | 0: sound',
  'dawp_step_completed | done',
  'iteration_start | round 1 of undefined, undefined left',
  'thinking_token | Deep?',
  'token | Four fathoms.',
  'tool_call | lead {"line":4}',
  'tool_result | lead done: "mud"',
]
const accounts = ['usage | {"inputTokens":30,"outputTokens":13,"totalTokens":43}', 'custom | mood: "calm"', 'iteration_start | round 2 of 5, 3 left']
const progress = 'tool_progress | tide: {"fraction":0.5,"message":"half"}'
const inAgentor = {
  losses: agentorLosses,
  gone: [...accounts, 'tool_call | tide {"port":"Brest"}', progress, 'tool_result | tide done: {"hour":6}', ...survey],
  instead: ['tool_call | tide {}', 'tool_result | tide done: "{\\"hour\\":6}"'],
}
const ways: readonly Way[] = [
  { protocol: aiecs, path: '', losses: keepsAll },
  { protocol: aiecs, path: '', named: 'aiecs', losses: keepsAll },
  { protocol: autoProtocol(), path: '', losses: keepsAll },
  { protocol: agUi, path: '/ag-ui', losses: agUiLosses },
  {
    protocol: uiMessageStream,
    path: '/ui-message-stream',
    losses: uiMessageStreamLosses,
    gone: ['iteration_start | round 2 of 5, 3 left'],
    instead: ['iteration_start | round 2 of undefined, undefined left'],
  },
  { protocol: a2a, path: '/a2a', losses: a2aLosses },
  { protocol: a2aV1, path: '/a2a', losses: a2aLosses },
  { protocol: agenticraft, path: '', named: 'agenticraft', losses: agenticraftLosses },
  {
    protocol: agenticraftText,
    path: '',
    losses: agenticraftTextLosses,
    gone: [
      'result | High water at six. {"success":true}',
      ...accounts,
      'thinking_token | The moon decides.',
      'token | Let me look. ',
      'tool_call | tide {"port":"Brest"}',
      progress,
      'tool_result | tide done: {"hour":6}',
      'tool_call | chart {}',
      'tool_error | chart failed: fog',
      'token | High water at six.',
      ...survey,
    ],
    instead: ['result | Let me look. High water at six. {"success":true}', 'token | Let me look. High water at six.'],
  },
  { protocol: agentor, path: '', named: 'agentor', ...inAgentor },
  { protocol: agentorChat, path: '', ...inAgentor },
]

describe.each(ways)('$protocol.name, at "$path"', ({ protocol, path, named, losses, gone = [], instead = [] }) => {
  test('shows the same panels, but for what its loss table says is lost or changed', async () => {
    const reference = told()
    const { html, lines } = await shown({ url: `${location.origin}/api${path}`, protocol, fetch: fetchOf(serve(), named) })
    expect({ gone: less(reference.lines, lines), instead: less(lines, reference.lines) }).toEqual({ gone, instead })
    if (gone.length === 0) expect(html).toBe(reference.html)
    const different = new Set([...gone, ...instead].map(kindOf))
    expect([...different].filter((kind) => fateIn(losses, kind) === 'kept')).toEqual([])
    expect(lines.filter((line) => fateIn(losses, kindOf(line)) === 'lost')).toEqual([])
  })
})

test('shows the same panels when the server is in the page', async () => {
  expect(await shown({ url: '/api', transport: inProcessTransport(serve()) })).toEqual(told())
})
