import type http from 'node:http'
import { reasonOf } from '../../shared/errors/error.ts'
import { codeOf, connectionReason } from './reason.ts'

/** `unreachable`: nothing was sent; `broken`: the connection ended later; `stale`: a kept connection had been closed. */
export type ExchangeFault = 'unreachable' | 'broken' | 'stale' | 'too-large' | 'aborted'

export class ExchangeError extends Error {
  readonly fault: ExchangeFault
  /** For `too-large`: bytes announced or seen. */
  readonly size: number

  constructor(fault: ExchangeFault, reason: string, options?: { cause?: unknown; size?: number }) {
    super(reason, { cause: options?.cause })
    this.name = 'ExchangeError'
    this.fault = fault
    this.size = options?.size ?? 0
  }
}

interface Circumstances {
  readonly aborted: boolean
  readonly connected: boolean
  readonly request: http.ClientRequest
  readonly response: http.IncomingMessage | undefined
}

/** What an error of Node's HTTP client says about the exchange. */
export function translate(error: unknown, when: Circumstances): ExchangeError {
  if (error instanceof ExchangeError) return error
  const cause = { cause: error }
  if (when.aborted) return new ExchangeError('aborted', 'aborted', cause)
  if (when.response !== undefined) return new ExchangeError('broken', brokenReason(error), cause)
  if (!when.connected) return new ExchangeError('unreachable', connectionReason(error), cause)
  if (when.request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '')) {
    return new ExchangeError('stale', connectionReason(error), cause)
  }
  return new ExchangeError('broken', brokenReason(error), cause)
}

function brokenReason(error: unknown): string {
  const code = codeOf(error)
  if (code?.startsWith('HPE_')) return `not valid HTTP: ${reasonOf(error)}`
  return connectionReason(error)
}
