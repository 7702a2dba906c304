import { reasonOfCode } from '../../shared/connection-faults.ts'
import { reasonOf } from '../../shared/errors/error.ts'

/** Why a connection failed, in words that an administrator can act on. */
export function connectionReason(error: unknown): string {
  const code = codeOf(error)
  if (code === undefined) return reasonOf(error)
  return reasonOfCode(code) ?? `${reasonOf(error)} (${code})`
}

/** The system's code of an error; of several attempts (RFC 8305) the first one's. */
export function codeOf(error: unknown): string | undefined {
  const first = error instanceof AggregateError ? error.errors[0] : error
  const code = (first as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
