/** How a Worker asks a Durable Object, again where a deployment threw the object out of memory meanwhile. */
import { AgentStreamError, isAgentStreamError, isObject } from '@agentstream/client/wire'

/** What is asked of a binding to the class that `createRunObject` makes. */
export interface RunObjectNamespace<Id> {
  idFromName(name: string): Id
  get(id: Id): { fetch(url: string, init: { readonly method: 'POST'; readonly body: string }): Promise<Response> }
}

/** Throws AgentStreamError for what is no such binding: `env` has none under a name that the configuration does not bind. */
export function checkBinding(namespace: unknown): void {
  if (isObject(namespace) && typeof namespace['idFromName'] === 'function') return
  throw new AgentStreamError('agent', `Expected a binding to a class of Durable Objects, not ${namespace === undefined ? 'undefined' : 'something else'}`)
}

export interface ObjectQuestion {
  /** Of the object. */
  readonly name: string
  readonly url: string
  readonly body: string
  /** Whether it can be asked again when it is not known whether the object has done it; it can unless told. */
  readonly isRepeatable?: boolean
}

/** Every deployment throws the objects out of memory. They are there again at once, with all they had stored. */
export const tries = 6
const pauseMs = 20

/** Answers what `read` makes of the object's response. What the object itself refuses is thrown as it says it. */
export async function askObject<Id, T>(
  namespace: RunObjectNamespace<Id>,
  { name, url, body, isRepeatable = true }: ObjectQuestion,
  read: (response: Response) => T | Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      // A new stub every time: one that has failed goes on failing.
      const response = await namespace.get(namespace.idFromName(name)).fetch(url, { method: 'POST', body })
      if (!response.ok) throw await refusalOf(response)
      return await read(response)
    } catch (error) {
      if (attempt === tries || !isLost(error) || !isRepeatable) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt))
    }
  }
}

/** What the object says to a question that has a result; that its type fits is what the contracts test. */
export async function resultOf<T>(response: Response): Promise<T> {
  return ((await response.json()) as { readonly result: T }).result
}

/** Whether the object was thrown out of memory while it was asked, or was out of reach. What it says itself, it says again. */
export function isLost(error: unknown): boolean {
  return !isAgentStreamError(error) && !(isObject(error) && error['overloaded'] === true)
}

async function refusalOf(response: Response): Promise<AgentStreamError> {
  const refusal: unknown = await response.json().catch(() => undefined)
  const message = isObject(refusal) && typeof refusal['message'] === 'string' ? refusal['message'] : `The journal's object answered ${response.status}`
  return new AgentStreamError(isObject(refusal) && refusal['code'] === 'limit' ? 'limit' : 'agent', message)
}
