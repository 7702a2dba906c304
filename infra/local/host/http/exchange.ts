import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RegisteredFunction } from '../core-module.ts'
import type { Executions } from '../executions.ts'
import type { LimitedBody } from './body.ts'

/** One HTTP request for one function, ready to be run. */
export interface Exchange {
  readonly fn: RegisteredFunction
  readonly binding: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: LimitedBody
  readonly headers: Readonly<Record<string, string>>
  /** Host and port that the client asked for. */
  readonly authority: string
  /** Path and query as sent. */
  readonly target: string
  readonly params: Readonly<Record<string, string>>
}

/**
 * Runs the function and answers. Rejects when there is no answer yet, with the error that says why. Once `signal` is
 * aborted nothing is written any more: somebody else has answered.
 */
export type Responder = (exchange: Exchange, executions: Executions, signal: AbortSignal) => Promise<void>

export function traceOfHeaders(headers: Readonly<Record<string, string>>): {
  traceParent: string | undefined
  traceState: string | undefined
} {
  return { traceParent: headers.traceparent, traceState: headers.tracestate }
}
