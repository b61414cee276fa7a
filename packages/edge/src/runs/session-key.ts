/** Under which key a conversation is kept. Its parts are quoted, so that none can reach into another's. */
export function sessionKey({ owner, agentName, sessionId }: { readonly owner: string; readonly agentName: string; readonly sessionId: string }): string {
  return JSON.stringify([owner, agentName, sessionId])
}

/** Whose a conversation is; empty where everybody is the same, and for a key of another form. */
export function sessionOwner(key: string): string {
  return /^\["((?:[^"\\]|\\.)*)",/.exec(key)?.[1] ?? ''
}
