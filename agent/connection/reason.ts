import { type ErrorRecord, isStegError, reasonOf } from '../../shared/errors/error.ts'
import { codeOf, connectionReason } from '../http/reason.ts'
import { isNetworkProblem } from '../network/problems.ts'

const plain: Readonly<Record<string, string>> = {
  ServiceTimeout: 'the broker does not answer',
  OperationTimeoutError: 'the broker does not answer',
  ServiceCommunicationProblem: 'the connection to the broker was interrupted',
  ServiceBusy: 'the broker is overloaded',
  UnauthorizedAccess: 'the broker does not accept the token',
  MessagingEntityNotFound: 'the queue does not exist at the broker',
  MessagingEntityDisabled: 'the queue is switched off at the broker',
  QuotaExceeded: 'the queue is full',
}

/** Why there is no connection, short enough for a status line. */
export function shortReason(error: unknown): string {
  if (isStegError(error)) {
    if (isNetworkProblem(error.code) || error.code === 'hub-outdated') return error.message
    if (typeof error.params.reason === 'string') return error.params.reason
  }
  const code = codeOf(error)
  if (code === undefined) return reasonOf(error)
  return plain[code] ?? connectionReason(error)
}

/** What stands in the way, when it is a failure that people can mend and whose text says how. */
export function problemOf(error: unknown): ErrorRecord | undefined {
  if (!isStegError(error) || !(isNetworkProblem(error.code) || error.code === 'hub-outdated'))
    return undefined
  return { code: error.code, params: error.params }
}
