/**
 * The hub's master keys: one wraps the tenants' data keys, older ones still open what they wrapped. A ring whose keys
 * lie in a key vault opens them once at the start; afterwards no operation leaves the process.
 */
export interface KeyRing {
  /** Id of the key that wraps. */
  readonly current: string
  /** Ids of all keys, the current one first. */
  readonly ids: readonly string[]
  /** Wraps 32 bytes with the current key or the one that is named; the text names its key. @throws StegError `master-key-missing` */
  wrap(dataKey: Uint8Array, keyId?: string): Promise<string>
  /** @throws StegError `master-key-missing` when the ring has no such key, Error when the text was altered */
  unwrap(wrapped: string): Promise<Uint8Array>
  /**
   * Keys of 32 bytes for one purpose, one of each master key, the current one's first: seal with the first, open with
   * any. Neither a master key nor the key of another purpose follows from them.
   */
  derive(purpose: string): readonly [Uint8Array, ...Uint8Array[]]
  /** Id of the key that wrapped this; undefined for text of another form. */
  keyIdOf(wrapped: string): string | undefined
}

/**
 * Envelope encryption: a data key per tenant, wrapped by a master key. What is sealed is bound to a context (tenant and
 * name) and opens only there.
 */
export interface Vault {
  /** A new data key, wrapped; as text that names the wrapping key, so that keys can be rotated. */
  createDataKey(): Promise<string>
  /** The same data key, wrapped by the ring's current key: what it has sealed stays as it is. */
  rewrap(wrappedKey: string): Promise<string>
  seal(wrappedKey: string, context: string, plainText: string): Promise<string>
  /** @throws Error when key, context or content do not belong together. */
  open(wrappedKey: string, context: string, sealed: string): Promise<string>
}

/** The one way to seal a tenant's value: with the tenant's data key, bound to the tenant and to the value's place. */
export interface TenantSeal {
  /** `place` is what the value is and whose, unique within the tenant. @throws StegError `not-found` */
  seal(tenantId: string, place: string, plainText: string): Promise<string>
  /** @throws Error when tenant, place or content do not belong together, StegError `not-found` */
  open(tenantId: string, place: string, sealed: string): Promise<string>
}
