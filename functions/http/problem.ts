import type { HttpResponseInit } from '@azure/functions'
import {
  catalogue,
  describeError,
  type ErrorRecord,
  isStegError,
  type Language,
  StegError,
} from '../../shared/errors/error.ts'

/** One thing that is wrong with a request. */
export interface Finding {
  readonly path: string
  readonly message: string
}

/** A request that does not fit its schema, with every finding for programs next to the sentence for people. */
export class InvalidRequest extends StegError<'invalid-request'> {
  readonly findings: readonly Finding[]

  constructor(findings: readonly Finding[]) {
    const shown = findings.slice(0, 3).map((finding) => `${finding.path}: ${finding.message}`)
    if (findings.length > shown.length) shown.push(`… (${findings.length})`)
    super('invalid-request', { problems: shown.join('; ') })
    this.findings = findings
  }
}

/** A failure as RFC 9457 problem document. */
export function problemBody(error: ErrorRecord, language: Language): Record<string, unknown> {
  const entry = catalogue[error.code]
  return {
    type: `/docs/errors#${error.code}`,
    title: entry.title[language],
    status: entry.status,
    detail: describeError(error, language),
    code: error.code,
    ...(error instanceof InvalidRequest ? { errors: error.findings } : {}),
  }
}

/** The answer for a thrown value. What is not from the catalogue is a fault of ours: it is shown as a reference only. */
export function problemResponse(
  thrown: unknown,
  language: Language,
  reference: string,
  headers: Record<string, string> = {},
): HttpResponseInit {
  const error = isStegError(thrown)
    ? thrown
    : new StegError('internal-error', { reference }, { cause: thrown })
  return {
    status: error.status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Content-Language': language,
      'Cache-Control': 'no-store',
      ...(error.code === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(error.code === 'sign-in-delayed' ? { 'Retry-After': String(error.params.seconds) } : {}),
      ...(error.code === 'mail-limit' ? { 'Retry-After': String(Number(error.params.minutes) * 60) } : {}),
      ...headers,
    },
    body: JSON.stringify(problemBody(error, language)),
  }
}
