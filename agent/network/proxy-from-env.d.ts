declare module 'proxy-from-env' {
  /** The proxy's address, or an empty text when the way is straight. Reads the environment at each call. */
  export function getProxyForUrl(url: string): string
}
