/** Tasks of A2A as runs of ours: messages start runs and answer their questions, and every run can be looked at as a task. */
import { type A2aOptions, createA2a, createA2aV1, parseCursor, type TwoWayProtocol } from '@agentstream/client/wire'
import type { Context } from 'hono'
import type { Agent } from '../../agents/agent.ts'
import type { JournalEntry, JournalStatus } from '../../runs/journal.ts'
import type { RunView } from '../../runs/live-run.ts'
import { type Env, keyOf } from '../guard.ts'
import { type AnswerInput, isRunId } from '../input.ts'
import { holdOf, type Refusal, type RouteOptions, start } from '../serving.ts'
import { withNames } from '../with-names.ts'
import { parseAnswer, parseMessage, type Said, toTask } from './message.ts'
import { failed, type RpcCall, type RpcFailure } from './rpc.ts'
import { type TaskView, viewTask } from './task-view.ts'

/** What the versions say differently. */
export interface Version {
  readonly create: (options: A2aOptions) => TwoWayProtocol
  /** A task that has not said anything. */
  submitted(id: string): object
  /** What `message/send` answers. */
  sent(task: object): object
  readonly canFollowFinished: boolean
}

const fresh = (id: string, state: string) => ({ id, contextId: `context-${id}`, status: { state } })

export const v03: Version = {
  create: createA2a,
  submitted: (id) => ({ kind: 'task', ...fresh(id, 'submitted') }),
  sent: (task) => task,
  canFollowFinished: true,
}
export const v1: Version = {
  create: createA2aV1,
  submitted: (id) => fresh(id, 'TASK_STATE_SUBMITTED'),
  sent: (task) => ({ task }),
  canFollowFinished: false,
}

/** One call, with all it needs. */
export interface Asked {
  readonly context: Context<Env>
  readonly agent: Agent
  readonly call: RpcCall
  readonly version: Version
  readonly options: RouteOptions
}

export const protocolOf = ({ version, call }: Asked, taskId: string, more: Pick<A2aOptions, 'isLast'> = {}): TwoWayProtocol =>
  version.create({ requestId: call.id, taskId, ...more })

/** A run that a message has started, or whose question it has answered. */
export interface Opened {
  readonly view: RunView
  readonly taskId: string
  readonly isBlocking: boolean
  readonly answered?: string
  /** How far the run was when the message came. What it says up to there is told again, and asks for nothing new. */
  readonly reached: number
}

const placeOf = (cursor: string | undefined): number => (cursor === undefined ? 0 : (parseCursor(cursor)?.seq ?? 0))

/** How far a run has come, as far as that is known. */
export const reachedBy = ({ cursor }: JournalStatus): number => placeOf(cursor)
export const reaches = (batch: readonly JournalEntry[], place: number): boolean => placeOf(batch.at(-1)?.id) >= place

export async function openTask(asked: Asked): Promise<Opened | RpcFailure> {
  const said = parseMessage(asked.call.params)
  if ('failure' in said) return said
  return said.taskId === undefined ? begin(asked, said) : goOn(asked, said, said.taskId)
}

async function begin({ context, agent, options }: Asked, said: Said): Promise<Opened | RpcFailure> {
  const contextId = said.contextId ?? crypto.randomUUID()
  const task = toTask(said, contextId)
  if ('failure' in task) return task
  const taskId = crypto.randomUUID()
  const result = await start(context, { agent: withNames(agent, { thread_id: contextId }), input: { runId: taskId, task: task.value } }, options)
  if (!('view' in result)) return refusedTask(result)
  return { view: result.view, taskId, isBlocking: said.isBlocking, reached: 0 }
}

async function goOn(asked: Asked, said: Said, taskId: string): Promise<Opened | RpcFailure> {
  const { service } = asked.options
  const known = await findTask(asked, taskId)
  if ('failure' in known) return known
  const { key, status } = known
  if (status.status !== 'running') return failed('unsupported', 'The task is over; send a message without its id')
  const seen = await lookAt(asked, taskId, known)
  if ('failure' in seen) return seen
  const { task, questions } = seen
  if (said.contextId !== undefined && said.contextId !== task['contextId']) return failed('invalidParams', 'The task is of another context')
  const given = answerTo(questions, said)
  if ('failure' in given) return given
  const { approvalId, ...answer } = given
  // First, because what is answered cannot be answered again by who was refused a view of it.
  const followed = await service.follow(key)
  if (followed.outcome !== 'followed') return refusedTask(followed)
  const outcome = await service.answer(key, approvalId, answer)
  if (outcome === 'answered') return { view: followed.view, taskId, isBlocking: said.isBlocking, answered: approvalId, reached: reachedBy(status) }
  followed.view.close()
  return failed('unsupported', outcome === 'not_supported' ? 'The task works elsewhere' : 'The task does not ask this')
}

function answerTo(questions: ReadonlySet<string>, said: Said): (AnswerInput & { readonly approvalId: string }) | RpcFailure {
  const answer = parseAnswer(said)
  const [question] = questions
  if (question === undefined) return failed('unsupported', 'The task is at work, and asks nothing')
  if (!answer) return failed('invalidParams', 'Expected yes or no, or data with `approved`')
  if (answer.approvalId === undefined && questions.size > 1)
    return failed('invalidParams', `Expected data with \`approval_id\`, one of ${[...questions].join(', ')}`)
  return { ...answer, approvalId: answer.approvalId ?? question }
}

const notFound = failed('taskNotFound', 'No task with this id')

export function refusedTask(refusal: Refusal): RpcFailure {
  if (refusal.outcome === 'too_large') return failed('invalidParams', refusal.message)
  return refusals[refusal.outcome] ?? failed('busy', 'Too many tasks at once')
}

const refusals: Readonly<Partial<Record<Refusal['outcome'], RpcFailure>>> = {
  session_busy: failed('busy', 'Another message of this context is being answered'),
  too_many_viewers: failed('busy', 'You have too many streams open'),
  unknown_run: notFound,
}

export interface KnownTask {
  readonly key: string
  readonly status: JournalStatus
}

export async function findTask({ context, options }: Asked, taskId: string): Promise<KnownTask | RpcFailure> {
  if (!isRunId(taskId)) return notFound
  const key = keyOf(context, taskId)
  const status = await options.service.status(key, holdOf(context))
  return status.status === 'unknown' ? notFound : { key, status }
}

/** What a task has come to. */
export async function lookAt(
  asked: Asked,
  taskId: string,
  { key, status }: KnownTask,
): Promise<(TaskView & { readonly task: Readonly<Record<string, unknown>> }) | RpcFailure> {
  const nothing = { task: { ...asked.version.submitted(taskId) }, questions: new Set<string>() }
  const isRunning = status.status === 'running'
  const reached = reachedBy(status)
  if (isRunning && reached === 0) return nothing
  const followed = await asked.options.service.follow(key)
  if (followed.outcome !== 'followed') return refusedTask(followed)
  try {
    const protocol = protocolOf(asked, taskId)
    const { task, questions } = await viewTask({
      view: followed.view,
      protocol,
      // What comes later is of no interest, and might never come.
      isEnough: (batch) => isRunning && reaches(batch, reached),
    })
    return task ? { task, questions } : nothing
  } finally {
    followed.view.close()
  }
}
