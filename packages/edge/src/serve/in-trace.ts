import type { Agent, RunContext } from '../agents/agent.ts'

type TraceContext = NonNullable<RunContext['trace']>

// Rules: W3C Trace Context, level 2. A version we do not know may say more after the flags; ff is no version.
const shape = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|-)/
const stateShape = /^[ -~]{1,512}$/

/** The trace that a request is part of; undefined when it says none, or nothing that makes sense. */
export function traceOf(headers: Headers): TraceContext | undefined {
  const traceparent = headers.get('traceparent') ?? ''
  const tracestate = headers.get('tracestate') ?? ''
  if (traceparent.length > 256 || !shape.test(traceparent) || (traceparent.startsWith('00') && traceparent.length !== 55)) return undefined
  return stateShape.test(tracestate) ? { traceparent, tracestate } : { traceparent }
}

/** An agent whose calls to models are part of a trace. */
export function inTrace(agent: Agent, trace: TraceContext): Agent {
  return { ...agent, run: (task, context) => agent.run(task, { ...context, trace }) }
}
