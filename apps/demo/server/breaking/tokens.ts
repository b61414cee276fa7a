/** The page's key to the demo: a token that can expire, so that anybody can see what a run does then. */
export interface Tokens {
  issue(): string
  /** From now on every token that was issued is refused. */
  expireAll(): void
  /** For the handler: who sends the request, or the refusal. Who brings no token at all is a visitor, and may look around. */
  authorize(request: Request): string | Response
}

export function createTokens(): Tokens {
  const valid = new Set<string>()
  return {
    issue() {
      const token = crypto.randomUUID()
      valid.add(token)
      return token
    },
    expireAll: () => valid.clear(),
    authorize(request) {
      const [, token] = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      if (token === undefined || valid.has(token)) return 'visitor'
      return Response.json({ error: { code: 'token_expired', message: 'This token has expired', retryable: false } }, { status: 401 })
    },
  }
}
