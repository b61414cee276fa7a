import { isObject, type JsonObject, type JsonValue } from '@agentstream/client/wire'

/** The arguments of an earlier call, for vendors that want them parsed. */
export function callArguments(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    // What is an object in JSON is a JSON object.
    return isObject(value) ? (value as JsonObject) : {}
  } catch {
    // The model was told that its arguments were invalid by the result of the call.
    return {}
  }
}

/** The objects of a list that a provider once gave out; a history may hold anything by now. */
export function objectsIn(data: JsonValue | undefined): readonly JsonObject[] {
  // Not Array.isArray alone: it would make the elements `any`.
  const values: readonly unknown[] = Array.isArray(data) ? data : []
  return values.filter(isObject) as readonly JsonObject[]
}
