/** Passwords as hashes that are costly to try. The parameters are part of the hash, so that they can grow. */
export interface Passwords {
  /** @throws StegError `too-busy` */
  hash(password: string): Promise<string>
  /**
   * Takes as long without a hash as with one, so that nobody learns which accounts exist.
   * @throws StegError `too-busy`
   */
  verify(hash: string | undefined, password: string): Promise<boolean>
  /** Whether the hash was made with parameters that are no longer the ones to use. */
  isOutdated(hash: string): boolean
}
