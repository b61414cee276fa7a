/** What can be called at `/a2a`, in A2A 0.3 and 1.0. Rules: the specifications 0.3.0 and 1.0, "JSON-RPC protocol binding". */
import { sse } from '@agentstream/client/wire'
import { z } from 'zod'
import type { JournalEntry } from '../../runs/journal.ts'
import { problemOf } from '../input.ts'
import { streamed, waitedFor } from '../serving.ts'
import { failed, type RpcFailure, rpcFailure, rpcResult } from './rpc.ts'
import { viewTask } from './task-view.ts'
import { type Asked, findTask, type KnownTask, lookAt, openTask, protocolOf, reachedBy, reaches, refusedTask, type Version, v1, v03 } from './tasks.ts'
import { type AskedView, untilAsked } from './until-asked.ts'

type Method = (asked: Asked) => Promise<Response | RpcFailure>

const send: Method = async (asked) => {
  const { context, call, version } = asked
  const opened = await openTask(asked)
  if ('failure' in opened) return opened
  const { view, taskId, isBlocking, answered, reached } = opened
  const isEnough = (batch: readonly JournalEntry[], questions: ReadonlySet<string>) =>
    reaches(batch, reached) && (!isBlocking || [...questions].some((question) => question !== answered))
  const { task = version.submitted(taskId) } = await waitedFor(context, view, viewTask({ view, protocol: protocolOf(asked, taskId), isEnough }))
  // A task that is not over goes on without its client, for everyone who may ask for it later.
  view.close('kept')
  return rpcResult(call.id, version.sent(task))
}

const stream: Method = async (asked) => {
  const opened = await openTask(asked)
  if ('failure' in opened) return opened
  const { view, taskId, answered, reached } = opened
  return streamedTask(asked, taskId, untilAsked(view, { reached, isOpen: (question) => question !== answered }))
}

async function seen(asked: Asked, taskId: string, known: KnownTask): Promise<Response | RpcFailure> {
  const view = await lookAt(asked, taskId, known)
  return 'failure' in view ? view : rpcResult(asked.call.id, view.task)
}

const get: Method = async (asked) => {
  const id = parseId(asked)
  if (typeof id !== 'string') return id
  const known = await findTask(asked, id)
  return 'failure' in known ? known : seen(asked, id, known)
}

const cancel: Method = async (asked) => {
  const id = parseId(asked)
  if (typeof id !== 'string') return id
  const known = await findTask(asked, id)
  if ('failure' in known) return known
  const { outcome } = await asked.options.service.cancel(known.key, { by: 'user' })
  if (outcome === 'not_supported') return failed('unsupported', 'The task works elsewhere')
  const after = await findTask(asked, id)
  if ('failure' in after) return after
  if (after.status.status !== 'cancelled') return failed('taskNotCancelable', 'The task is over')
  return seen(asked, id, after)
}

/** From the start, because A2A has no cursors: the task comes first, and an artifact that begins anew replaces what was there. */
const resubscribe: Method = async (asked) => {
  const id = parseId(asked)
  if (typeof id !== 'string') return id
  const known = await findTask(asked, id)
  if ('failure' in known) return known
  if (known.status.status !== 'running' && !asked.version.canFollowFinished) return failed('unsupported', 'The task is over')
  const followed = await asked.options.service.follow(known.key)
  if (followed.outcome !== 'followed') return refusedTask(followed)
  // Who follows a task that waits wants to see what becomes of it: only what is asked from now on ends the stream.
  const past = reachedBy(known.status)
  return streamedTask(asked, id, untilAsked(followed.view, { reached: 0, isOpen: (_, place) => place > past }))
}

const refuse =
  (...failure: Parameters<typeof failed>): Method =>
  async () =>
    failed(...failure)
const noPush = refuse('pushNotSupported', 'Push notifications are not sent')
const noOtherCard = 'There is no other card'

const ofVersion = (version: Version, methods: Readonly<Record<string, Method>>) =>
  Object.entries(methods).map(([name, method]) => [name, { version, method }] as const)

/** No name is of both versions. */
const methods: ReadonlyMap<string, { readonly version: Version; readonly method: Method }> = new Map([
  ...ofVersion(v03, {
    'message/send': send,
    'message/stream': stream,
    'tasks/get': get,
    'tasks/cancel': cancel,
    'tasks/resubscribe': resubscribe,
    'tasks/pushNotificationConfig/set': noPush,
    'tasks/pushNotificationConfig/get': noPush,
    'tasks/pushNotificationConfig/list': noPush,
    'tasks/pushNotificationConfig/delete': noPush,
    'agent/getAuthenticatedExtendedCard': refuse('noExtendedCard', noOtherCard),
  }),
  ...ofVersion(v1, {
    SendMessage: send,
    SendStreamingMessage: stream,
    GetTask: get,
    CancelTask: cancel,
    SubscribeToTask: resubscribe,
    ListTasks: refuse('unsupported', 'Tasks are not listed'),
    CreateTaskPushNotificationConfig: noPush,
    GetTaskPushNotificationConfig: noPush,
    ListTaskPushNotificationConfigs: noPush,
    DeleteTaskPushNotificationConfig: noPush,
    // The card does not promise one; its own code is for those that do (1.0, section 3.3.4).
    GetExtendedAgentCard: refuse('unsupported', noOtherCard),
  }),
])

/** Answers a call; `wanted` is the version the request names, if it names one. */
export async function answerCall(asked: Omit<Asked, 'version'>, wanted: string): Promise<Response> {
  const { call, options } = asked
  const versionWanted = wanted === '' ? undefined : versionNamed(wanted)
  if (wanted !== '' && !versionWanted) return rpcFailure(call.id, failed('version', 'Expected version 0.3 or 1.0'))
  const found = methods.get(call.method)
  if (!found || (versionWanted && found.version !== versionWanted)) return rpcFailure(call.id, failed('methodNotFound', 'No such method in this version'))
  try {
    const answer = await found.method({ ...asked, version: found.version })
    return 'failure' in answer ? rpcFailure(call.id, answer) : answer
  } catch (error) {
    options.onError(error)
    return rpcFailure(call.id, failed('internal', 'The server failed'))
  }
}

/** Patch numbers do not count (A2A 1.0, section 3.6). */
function versionNamed(wanted: string): Version | undefined {
  if (/^0\.3(?:\.|$)/.test(wanted)) return v03
  return /^1\.0(?:\.|$)/.test(wanted) ? v1 : undefined
}

const idSchema = z.object({ id: z.string() })

function parseId({ call }: Asked): string | RpcFailure {
  const parsed = idSchema.safeParse(call.params)
  return parsed.success ? parsed.data.id : failed('invalidParams', problemOf(parsed.error))
}

function streamedTask(asked: Asked, taskId: string, { view, isLast }: AskedView): Response {
  const protocol = { ...protocolOf(asked, taskId, { isLast }), framings: [sse] as const }
  return streamed(asked.context, { view, runId: taskId, protocolOf: () => protocol }, asked.options)
}
