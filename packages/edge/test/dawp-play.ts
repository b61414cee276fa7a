import { type AgentEvent, effectiveLoopScope, isObject } from '@agentstream/client/wire'
import * as z from 'zod'
import { createHybridAgent } from '../src/agents/hybrid-agent.ts'
import { type DawpOptions, dawp } from '../src/dawp/dawp-plugin.ts'
import type { Message } from '../src/model/messages.ts'
import { type ScriptedProvider, type ScriptedTurn, scriptedProvider } from '../src/model/scripted/provider.ts'
import { defineTool } from '../src/tools/tool.ts'

/** A document like those of the vectors. */
export interface DocumentParts {
  id?: string
  placement?: string
  steps?: readonly string[]
  extra?: string
}

export function documentOf({ id = 'flow', placement = 'pre_main_loop', steps = ['gather-facts', 'decide'], extra = '' }: DocumentParts = {}): string {
  const prompts = steps.map((step, index) => `<Prompt ${index}>\n### ${step}\nWork item ${index}.\n</Prompt ${index}>\n`)
  return `---\nname: ${id}\nplacement: ${placement}\n${extra}---\n
## Contract\n### Action\nShared rule.\n### Prompt Completion Marker: \`<STEP_OK>\`\n### DAWP Completion Marker: \`<ALL_OK>\`\n
## Prompt\n${prompts.join('')}`
}

export const tide = defineTool({ name: 'tide', description: 'Tides.', parameters: z.object({ port: z.string() }), execute: ({ port }) => `${port}: 14:05` })

export interface Played {
  readonly events: readonly AgentEvent[]
  readonly provider: ScriptedProvider
}

export interface PlayOptions extends DawpOptions {
  readonly maxIterations?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: AgentEvent) => void
}

/** One task of an agent with the plugin. Run events are on. */
export async function play(script: readonly ScriptedTurn[], options: PlayOptions): Promise<Played> {
  const { maxIterations = 10, signal = new AbortController().signal, onEvent, ...rest } = options
  const provider = scriptedProvider(script)
  const plugins = [dawp({ streamBoundaryEvents: true, ...rest })]
  const agent = createHybridAgent({ name: 'h', provider, tools: [tide], plugins, maxIterations, now: () => 0 })
  const events: AgentEvent[] = []
  for await (const event of agent.run({ description: 'The task.' }, { runId: 'r', signal })) {
    events.push(event)
    onEvent?.(event)
  }
  return { events, provider }
}

const traced = new Set([
  ...['dawp_run_started', 'dawp_run_completed', 'dawp_step_started', 'dawp_step_completed', 'iteration_start'],
  ...['tool_call', 'tool_result', 'tool_error', 'result', 'completed', 'error'],
])

/** Events, reduced as those of `dawp-run-traces` are. */
export function traceOf(events: readonly AgentEvent[]): unknown[] {
  return events
    .filter(({ type }) => traced.has(type))
    .map((event) => {
      const scope = effectiveLoopScope(event)
      const members = ['placement', 'trigger', 'remaining', 'tool_name', 'success', 'reason'].flatMap((name) => {
        const isToolResult = event.type === 'tool_result' && name === 'success'
        return event[name] === undefined || event[name] === null || isToolResult ? [] : [[name, event[name]] as const]
      })
      const status = event.type === 'tool_result' && isObject(event.result) ? event.result['status'] : undefined
      return {
        type: event.type,
        ...(scope.kind === 'dawp' ? { scope: 'dawp' } : {}),
        ...(scope.step_index === undefined ? {} : { step_index: scope.step_index }),
        ...Object.fromEntries(members),
        ...(status === undefined ? {} : { status }),
      }
    })
}

/** What the model was asked, per request, as in `dawp-run-traces`. */
export function requestsOf(provider: ScriptedProvider): unknown[] {
  return provider.calls.map(({ request }) => ({
    messages: request.messages.map(kindOf),
    dawp_start_offered: request.tools?.some(({ name }) => name === 'dawp_start') ?? false,
  }))
}

function kindOf(message: Message): string {
  if (message.role === 'tool') return 'tool'
  if (message.role === 'system') return 'trigger_instruction'
  const number = /^\[DAWP prompt (\d+): [^\]]*\]( is not marked)?/.exec(message.text)
  if (number) return `${number[2] === undefined ? 'prompt' : 'reminder'}:${number[1]}`
  if (message.text.startsWith('[DAWP RUN INCOMPLETE: ')) return 'handoff'
  if (/^\[DAWP [^\]]*: run complete\]/.test(message.text)) return 'summary'
  if (message.role === 'assistant') return message.toolCalls.length > 0 ? 'assistant+tools' : 'assistant'
  return message.text === 'The task.' ? 'task' : 'user'
}

export const stepOk: ScriptedTurn = ['a\n<STEP_OK>']
export const allOk: ScriptedTurn = ['b\n<ALL_OK>']

/** The same with a document made of its parts. */
export function playDocument(script: readonly ScriptedTurn[], parts: DocumentParts, options: Omit<PlayOptions, 'document'> = {}): Promise<Played> {
  return play(script, { document: documentOf(parts), ...options })
}

export const eventsOf = (type: AgentEvent['type'], events: readonly AgentEvent[]): AgentEvent[] => events.filter((event) => event.type === type)
export const types = (events: readonly AgentEvent[]): string[] => events.map(({ type }) => type)
