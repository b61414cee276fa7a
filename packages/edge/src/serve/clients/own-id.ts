import { isRunId } from '../input.ts'

/** The id of a run that its client has named in its own way: the same one for the same name, whatever stands in it. */
export async function ownRunId(name: string): Promise<string> {
  if (isRunId(name)) return name
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name))
  return `named-${Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
