/** What a refused request gets: `{error: {code, message, retryable}}`. Never a stack, a path or another's words. */
export type ErrorCode =
  | 'already_answered'
  | 'bad_request'
  | 'busy'
  | 'closing'
  | 'cursor_ahead'
  | 'cursor_gone'
  | 'cursor_invalid'
  | 'forbidden'
  | 'internal'
  | 'method_not_allowed'
  | 'no_sockets'
  | 'not_found'
  | 'not_supported'
  | 'request_timeout'
  | 'session_busy'
  | 'too_large'
  | 'too_many_runs'
  | 'too_many_viewers'
  | 'unknown_agent'
  | 'unknown_approval'
  | 'unknown_run'
  | 'unsupported_media_type'
  | 'upgrade_required'

interface Refusal {
  readonly status: number
  readonly message: string
  readonly retryable?: boolean
}

const refusals: Readonly<Record<ErrorCode, Refusal>> = {
  already_answered: { status: 409, message: 'This question was answered before, its time was up, or its run is over' },
  bad_request: { status: 400, message: 'The request is not well formed' },
  busy: { status: 429, message: 'Too many runs at once', retryable: true },
  closing: { status: 503, message: 'This server is about to end', retryable: true },
  cursor_ahead: { status: 409, message: 'The run has not come as far as this cursor' },
  cursor_gone: { status: 410, message: 'This cursor is of an earlier incarnation of the run; it cannot be continued' },
  cursor_invalid: { status: 400, message: 'Not a cursor: expected <epoch>-<sequence>' },
  forbidden: { status: 403, message: 'Not allowed from here' },
  internal: { status: 500, message: 'The server failed', retryable: true },
  method_not_allowed: { status: 405, message: 'This address does not answer this method' },
  no_sockets: { status: 501, message: 'This server was not given a way to open sockets' },
  not_found: { status: 404, message: 'Nothing is at this address' },
  not_supported: { status: 409, message: 'The run works where this server cannot reach it' },
  request_timeout: { status: 408, message: 'The request took too long to arrive', retryable: true },
  session_busy: { status: 409, message: 'Another message of this session is being answered', retryable: true },
  too_large: { status: 413, message: 'The request body is too large' },
  too_many_runs: { status: 429, message: 'You have too many runs under way', retryable: true },
  too_many_viewers: { status: 429, message: 'You have too many streams open', retryable: true },
  unknown_agent: { status: 404, message: 'No agent of this name' },
  unknown_approval: { status: 404, message: 'This run asks no such question' },
  unknown_run: { status: 404, message: 'No run with this id' },
  unsupported_media_type: { status: 415, message: 'Expected content type application/json' },
  upgrade_required: { status: 426, message: 'This address answers WebSocket handshakes' },
}

export interface ErrorResponseOptions {
  readonly message?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Members beside `error`. */
  readonly body?: object
}

export function errorResponse(code: ErrorCode, options: ErrorResponseOptions = {}): Response {
  const { status, message, retryable = false } = refusals[code]
  return jsonResponse({ ...options.body, error: { code, message: options.message ?? message, retryable } }, { status, ...options })
}

/** JSON that no cache keeps and no browser takes for anything else. */
export function jsonResponse(
  body: unknown,
  { status = 200, headers = {} }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
  })
}
