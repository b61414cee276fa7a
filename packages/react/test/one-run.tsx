/** One run with everything a page shows, and one tree that shows it: every line names the kind of event that made it. */
import { type AgentEvent, initialRunState, type LoopState, type Part, type RunState, reduceRun, type ToolPart } from '@agentstream/client'
import { type Agent, createAgentHandler } from '@agentstream/edge'
import type { ReactNode } from 'react'

const step = (step_id: string, step_index: number) => ({ loop_scope: { kind: 'dawp', run_id: 'd-1', workflow_id: 'survey', step_id, step_index } })

const events: readonly AgentEvent[] = [
  { type: 'started' },
  { type: 'iteration_start', iteration: 1, max_iterations: 5, remaining: 4 },
  { type: 'thinking_token', content: 'The moon ' },
  { type: 'thinking_token', content: 'decides.' },
  { type: 'token', content: 'Let me ' },
  { type: 'token', content: 'look. ' },
  { type: 'tool_call', tool_name: 'tide', parameters: { port: 'Brest' }, tool_call_id: 'c1' },
  { type: 'tool_call', tool_name: 'chart', parameters: {}, tool_call_id: 'c2' },
  { type: 'tool_progress', tool_name: 'tide', tool_call_id: 'c1', progress: 0.5, message: 'half' },
  { type: 'tool_error', tool_name: 'chart', error: 'fog', tool_call_id: 'c2' },
  { type: 'tool_result', tool_name: 'tide', result: { hour: 6 }, success: true, tool_call_id: 'c1' },
  { type: 'usage', input_tokens: 10, output_tokens: 5, total_tokens: 15, iteration: 1 },
  { type: 'dawp_run_started', run_id: 'd-1', workflow_id: 'survey', placement: 'inline', trigger: 'tool' },
  { type: 'dawp_step_started', run_id: 'd-1', step_id: 'sound', step_index: 0, ...step('sound', 0) },
  { type: 'iteration_start', iteration: 1, ...step('sound', 0) },
  { type: 'thinking_token', content: 'Deep?', ...step('sound', 0) },
  { type: 'token', content: 'Four ', ...step('sound', 0) },
  { type: 'token', content: 'fathoms.', ...step('sound', 0) },
  { type: 'tool_call', tool_name: 'lead', parameters: { line: 4 }, tool_call_id: 'c3', ...step('sound', 0) },
  { type: 'tool_result', tool_name: 'lead', result: 'mud', success: true, tool_call_id: 'c3', ...step('sound', 0) },
  { type: 'dawp_step_completed', run_id: 'd-1', step_id: 'sound', step_index: 0, success: true, ...step('sound', 0) },
  { type: 'dawp_run_completed', run_id: 'd-1', success: true },
  { type: 'iteration_start', iteration: 2, max_iterations: 5, remaining: 3 },
  { type: 'token', content: 'High water ' },
  { type: 'token', content: 'at six.' },
  { type: 'custom', name: 'mood', data: 'calm' },
  { type: 'usage', input_tokens: 20, output_tokens: 8, total_tokens: 28, iteration: 2 },
  { type: 'result', output: 'High water at six.', success: true },
  { type: 'completed', success: true, execution_time: 1 },
]

const pilot: Agent = {
  name: 'pilot',
  info: { name: 'pilot', tools: [], supportsStreaming: true },
  async *run() {
    yield* events
  },
}

/** What the tree shows of the events themselves, which no protocol has carried. */
export const toldState = (): RunState => events.reduce((state, event) => reduceRun(state, event, 0), initialRunState('r'))

export const serve = () => createAgentHandler({ agents: { pilot }, basePath: '/api' })

export function RunPanel({ state }: { readonly state: RunState }) {
  const { status, verdict, failure, output, usage, main, dawpRuns, custom } = state
  return (
    <article>
      <Line by="completed">{status}</Line>
      <Line by="result">{`${output} ${json(verdict)}`}</Line>
      {failure ? <Line by="error">{`${failure.code}: ${failure.message}`}</Line> : null}
      {usage ? <Line by="usage">{json(usage)}</Line> : null}
      {Object.entries(custom).map(([name, data]) => (
        <Line key={name} by="custom">{`${name}: ${json(data)}`}</Line>
      ))}
      <Loop loop={main} />
      {dawpRuns.map(({ runId, workflowId, placement, trigger, open, success, steps }) => (
        <section key={runId}>
          <Line by="dawp_run_started">{`${workflowId}, ${placement}, by ${trigger}`}</Line>
          <Line by="dawp_run_completed">{`${open ? 'open' : 'closed'}, ${success}`}</Line>
          {steps.map(({ stepId, index, status: progress, loop }) => (
            <section key={stepId}>
              <Line by="dawp_step_started">{`${index}: ${stepId}`}</Line>
              <Line by="dawp_step_completed">{progress}</Line>
              <Loop loop={loop} />
            </section>
          ))}
        </section>
      ))}
    </article>
  )
}

function Loop({ loop: { iteration, maxIterations, remaining, parts } }: { readonly loop: LoopState }) {
  return (
    <ol>
      {iteration > 0 ? <Line by="iteration_start">{`round ${iteration} of ${maxIterations}, ${remaining} left`}</Line> : null}
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are only ever appended, and texts have no id of their own.
        <li key={at} data-round={part.iteration}>
          <PartView part={part} />
        </li>
      ))}
    </ol>
  )
}

function PartView({ part }: { readonly part: Part }) {
  if (part.kind === 'tool') return <Tool part={part} />
  if (part.kind === 'text' || part.kind === 'thinking') return <Line by={part.kind === 'text' ? 'token' : 'thinking_token'}>{part.text}</Line>
  return null
}

function Tool({ part: { toolName, status, parameters, result, error, progress } }: { readonly part: ToolPart }) {
  return (
    <>
      <Line by="tool_call">{`${toolName} ${json(parameters)}`}</Line>
      {progress ? <Line by="tool_progress">{`${toolName}: ${json(progress)}`}</Line> : null}
      <Line by={status === 'failed' ? 'tool_error' : 'tool_result'}>{`${toolName} ${status}: ${error ?? json(result)}`}</Line>
    </>
  )
}

/** Members in order of their names: a protocol may tell them in any. */
function json(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner
  return JSON.stringify(value, sorted)
}

function Line({ by, children }: { readonly by: string; readonly children: ReactNode }) {
  return <p data-by={by}>{children}</p>
}
