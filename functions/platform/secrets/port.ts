/**
 * Envelope encryption: a data key per tenant, wrapped by a key that never leaves its place. What is sealed is bound to a
 * context (tenant and name) and opens only there.
 */
export interface Vault {
  /** A new data key, wrapped; as text that names the wrapping key, so that keys can be rotated. */
  createDataKey(): Promise<string>
  seal(wrappedKey: string, context: string, plainText: string): Promise<string>
  /** @throws Error when key, context or content do not belong together. */
  open(wrappedKey: string, context: string, sealed: string): Promise<string>
}
