import { fillIn } from '../text.ts'
import { absenceErrors } from './absences.ts'
import { accountErrors } from './accounts.ts'
import { agentErrors } from './agent.ts'
import { apiErrors } from './api.ts'
import { bookingErrors } from './bookings.ts'
import { credentialErrors } from './credentials.ts'
import type { ErrorEntry } from './entry.ts'
import { jobErrors } from './jobs.ts'
import { licensingErrors } from './licensing.ts'
import { networkErrors } from './network.ts'
import { peopleErrors } from './people.ts'
import { relayErrors } from './relay.ts'
import { sageErrors } from './sage.ts'
import { storeErrors } from './store.ts'
import { tenancyErrors } from './tenancy.ts'

/** Every failure that Steg reports, by its stable code. */
export const catalogue = {
  ...apiErrors,
  ...storeErrors,
  ...tenancyErrors,
  ...accountErrors,
  ...credentialErrors,
  ...relayErrors,
  ...sageErrors,
  ...jobErrors,
  ...agentErrors,
  ...networkErrors,
  ...bookingErrors,
  ...absenceErrors,
  ...peopleErrors,
  ...licensingErrors,
} as const

export type ErrorCode = keyof typeof catalogue
export type Language = 'en' | 'de'
export type ErrorParams = Readonly<Record<string, string | number>>

type Placeholders<S extends string> = S extends `${string}{${infer P}}${infer Rest}`
  ? P | Placeholders<Rest>
  : never

/** The parameters that the texts of a code name, checked by the compiler. */
export type ParamsOf<C extends ErrorCode> = Readonly<
  Record<Placeholders<(typeof catalogue)[C]['detail']['en']>, string | number>
>

/** What is kept of a failure in the store and on the wire: no text, so that it can be shown in any language. */
export interface ErrorRecord {
  readonly code: ErrorCode
  readonly params: ErrorParams
}

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(catalogue, value)
}

/** The sentence for people: what happened and what to do. */
export function describeError(error: ErrorRecord, language: Language): string {
  const entry: ErrorEntry = catalogue[error.code]
  return fillIn(entry.detail[language], error.params)
}

/**
 * A failure from the catalogue. Foreign errors become one at the adapter; `cause` keeps the original for the log.
 * Parameters are shown to users: never put a secret into one.
 */
export class StegError<C extends ErrorCode = ErrorCode> extends Error implements ErrorRecord {
  readonly code: C
  readonly params: ErrorParams

  constructor(code: C, params: ParamsOf<C>, options?: { cause?: unknown }) {
    super(describeError({ code, params: params as ErrorParams }, 'en'), options)
    this.name = 'StegError'
    this.code = code
    this.params = params as ErrorParams
  }

  get status(): number {
    return catalogue[this.code].status
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable
  }

  /** Rebuilds a failure that was stored or received as a record. */
  static fromRecord(record: ErrorRecord): StegError {
    return new StegError(record.code, record.params as never)
  }
}

export function isStegError<C extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: C,
): error is StegError<C> {
  return error instanceof StegError && (code === undefined || error.code === code)
}

/** A short reason from any thrown value, for a parameter or a log line: the innermost cause that has a message. */
export function reasonOf(error: unknown): string {
  let current = error
  for (let depth = 0; depth < 5 && current instanceof Error && current.cause instanceof Error; depth++) {
    current = current.cause
  }
  if (current instanceof AggregateError && current.errors[0] instanceof Error) current = current.errors[0]
  if (current instanceof Error) {
    const code = (current as NodeJS.ErrnoException).code
    return current.message || (typeof code === 'string' ? code : current.name)
  }
  return String(current)
}
