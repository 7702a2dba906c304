import { RestError } from '@azure/data-tables'
import { reasonOf, StegError } from '../../../shared/errors/error.ts'

/** What is known of a request that failed. Without a status there was no answer. */
export interface Failure {
  readonly status: number | undefined
  /** Of the storage (`TableNotFound`) or of the network (`ECONNREFUSED`). */
  readonly code: string | undefined
  /** Position of the write that a batch failed at. */
  readonly index: number | undefined
  readonly error: Error
}

const credentialErrors = /^(Authentication|AggregateAuthentication|Credential)/

/** Undefined for an error that is no failed request but a mistake of the program. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof RestError) {
    // For single operations the client leaves the code in the body.
    const code = error.code ?? /"code":\s*"(\w+)"/.exec(error.response?.bodyAsText ?? '')?.[1]
    const index = /^(\d+):/.exec(error.message)?.[1]
    return { status: error.statusCode, code, index: index === undefined ? undefined : Number(index), error }
  }
  if (error instanceof Error && credentialErrors.test(error.name)) {
    return { status: 401, code: error.name, index: undefined, error }
  }
  return undefined
}

/** The failure of a request whose answer did not come in time. */
export function deadlineFailure(ms: number): RestError {
  return new RestError(`no answer within ${ms} ms`, { code: 'DeadlineExceeded' })
}

/** The network codes that prove that a request never reached the storage. */
const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/**
 * Whether asking again may help and does no harm. A write is repeated only when it cannot have happened: repeated after
 * a lost answer, it would meet its own first try and report a conflict, or undo what somebody else wrote in between.
 */
export function mayRepeat(kind: 'read' | 'write', { status, code = '' }: Failure): boolean {
  if (status === undefined) return neverSent.has(code) || kind === 'read'
  if (status === 429 || code === 'ServerBusy') return true
  return kind === 'read' && (status === 408 || status >= 500)
}

/** True when a row is missing, as opposed to its table. */
export function isRowMissing({ status, code }: Failure): boolean {
  return status === 404 && code !== 'TableNotFound'
}

/** The limits are checked before anything is sent; this is for one that the storage draws more narrowly. */
const limitCodes: ReadonlySet<string> = new Set([
  'EntityTooLarge',
  'KeyValueTooLarge',
  'PropertyNameTooLong',
  'PropertyValueTooLarge',
  'RequestBodyTooLarge',
  'TooManyProperties',
])

/** The error of the port for a failed request about `key`. */
export function storeError(failure: Failure, key: string): Error {
  const { status, code = '', error } = failure
  // The client's own error holds the whole request, with values and signature: nothing to keep or log.
  const cause = new Error(`status ${status ?? 'none'} ${code}: ${error.message.slice(0, 300)}`)
  const unavailable = (reason: string) => new StegError('store-unavailable', { reason }, { cause })
  if (status === undefined) return unavailable(reasonOf(error))
  if (status === 413 || limitCodes.has(code)) {
    return new StegError('store-limit', { limit: code || `status ${status}` }, { cause })
  }
  if (status === 401 || status === 403) return unavailable(`it refuses the credentials: ${code || status}`)
  if (code === 'TableNotFound' || code === 'TableBeingDeleted') return unavailable(code)
  if (status === 404 || status === 409 || status === 412) {
    return new StegError('store-conflict', { key }, { cause })
  }
  if (status === 408 || status === 429 || status >= 500) {
    return unavailable(code === '' ? `status ${status}` : `${code}, status ${status}`)
  }
  return new Error(`The storage refused a request: status ${status} ${code}`, { cause })
}
