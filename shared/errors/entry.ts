/** One kind of failure. `detail` says what happened and what to do; `{name}` marks a parameter. */
export interface ErrorEntry {
  /** HTTP status when the failure reaches a caller of the API. */
  readonly status: number
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean
  readonly title: { readonly en: string; readonly de: string }
  readonly detail: { readonly en: string; readonly de: string }
}
