/**
 * Errors as RFC 9457 problem details: what happened, to what, and what to do. Never a stack trace, never a secret.
 */
import type { Problem } from '../../core/wire/api.ts'
import type { Told } from '../../core/wire/told.ts'

export type FieldErrors = readonly { readonly path: string; readonly message: string }[]

/** Kinds of problem: the last part of `type`, the status and the title. */
const KINDS = {
  'bad-request': [400, 'The request is not valid'],
  unauthorized: [401, 'Not signed in'],
  forbidden: [403, 'Not allowed'],
  'not-found': [404, 'Not found'],
  'method-not-allowed': [405, 'Method not allowed'],
  'too-slow': [408, 'The request came too slowly'],
  conflict: [409, 'Not possible now'],
  'body-too-large': [413, 'The body is too large'],
  'url-too-long': [414, 'The address is too long'],
  'unsupported-type': [415, 'Content type not supported'],
  'too-many': [429, 'Too many attempts'],
  'headers-too-large': [431, 'The headers are too large'],
  internal: [500, 'The server failed'],
  unavailable: [503, 'Not available now'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemKind = keyof typeof KINDS

/** Thrown anywhere in the API; the error handler makes the answer of it. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly kind: ProblemKind
  readonly errors: FieldErrors | null
  readonly headers: Readonly<Record<string, string>>
  /** What `detail` says, where devices say it in their own language. */
  readonly told: Told | null

  constructor(
    kind: ProblemKind,
    detail: string,
    errors: FieldErrors | null = null,
    headers: Readonly<Record<string, string>> = {},
    told: Told | null = null,
  ) {
    super(detail)
    this.kind = kind
    this.errors = errors
    this.headers = headers
    this.told = told
  }

  /** A problem that people meet in the app. */
  static told(kind: ProblemKind, detail: string, told: Told): ApiProblem {
    return new ApiProblem(kind, detail, null, {}, told)
  }
}

/** Status of a kind. */
export function problemStatus(kind: ProblemKind): number {
  return KINDS[kind][0]
}

/** The body of the answer. */
export function problemBody(
  kind: ProblemKind,
  detail: string,
  errors: FieldErrors | null = null,
  told: Told | null = null,
): Problem {
  const [status, title] = KINDS[kind]
  const type = `urn:crypto-tracker:problem:${kind}`
  return { type, title, status, detail, ...(errors && { errors }), ...(told && { told }) }
}

/** The whole answer. */
export function problemResponse(problem: ApiProblem): Response {
  return new Response(
    JSON.stringify(problemBody(problem.kind, problem.message, problem.errors, problem.told)),
    {
      status: problemStatus(problem.kind),
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...problem.headers,
      },
    },
  )
}
