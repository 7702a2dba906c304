export interface HttpLimits {
  /** Bytes of a request body. The real host's default (ScriptConstants.DefaultMaxRequestBodySize). */
  readonly maxBodyBytes: number
  /** Milliseconds until the head of a request must have arrived; Kestrel's default. */
  readonly headersTimeoutMs: number
  /** Milliseconds until a whole request must have arrived. */
  readonly requestTimeoutMs: number
  /** Milliseconds after which Azure's load balancer gives up on a function that has not begun to answer. */
  readonly responseTimeoutMs: number
  /** Milliseconds a connection without a request stays open. */
  readonly keepAliveTimeoutMs: number
}

export const azureHttpLimits: HttpLimits = {
  maxBodyBytes: 104_857_600,
  headersTimeoutMs: 30_000,
  requestTimeoutMs: 300_000,
  responseTimeoutMs: 230_000,
  keepAliveTimeoutMs: 130_000,
}
