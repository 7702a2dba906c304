/** Values must be safe to show: no personal data, no header, no query, no body. */
export type SpanAttributes = Readonly<Record<string, string | number>>

export interface SpanOptions {
  readonly name: string
  readonly kind: 'server' | 'client' | 'consumer'
  readonly attributes?: SpanAttributes
  /** W3C traceparent of what caused this, when that is in another process. Without it: the span at hand. */
  readonly parent?: string | undefined
}

export interface Span {
  set(attributes: SpanAttributes): void
  /** It did not go well; a code, never a text. */
  fail(code: string): void
}

/** Where traces go. Domain code knows only this; see `open.ts`. */
export interface Tracing {
  /** Does the work inside a span that ends with it. A work that throws is a span that failed. */
  span<T>(options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>
  /** The span at hand as W3C traceparent, for whoever continues the trace elsewhere. */
  traceparent(): string | undefined
  /** Sends what has not been sent. */
  close(): Promise<void>
}

const noSpan: Span = { set: () => undefined, fail: () => undefined }

export const noTracing: Tracing = {
  span: (_options, work) => work(noSpan),
  traceparent: () => undefined,
  close: async () => undefined,
}

/** A traceparent as it may come from anywhere (W3C Trace Context, 3.2); anything else counts as none. */
export function traceparentOrNone(text: unknown): string | undefined {
  return typeof text === 'string' && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(text)
    ? text
    : undefined
}
