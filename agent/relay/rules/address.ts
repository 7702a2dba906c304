/** Facts about addresses (WHATWG URL), the ground for the rules about targets and paths. */

/** Whether an address leads to this machine itself: RFC 6761 (localhost), RFC 1122 (127/8), RFC 4291 (::1). */
export function isLoopback(url: URL): boolean {
  const host = url.hostname
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
  )
}

/** The one way to write a base address: no credentials, query, fragment, or slash at the end. */
export function normalBase(url: URL): string {
  return url.origin + basePath(url)
}

/** The path of a base address without the slash at its end; empty for the root. */
export function basePath(url: URL): string {
  return url.pathname.replace(/\/+$/, '')
}

/** Whether an address is this one or lies below it, both in the form of `normalBase`. */
export function isAtOrBelow(base: string, above: string): boolean {
  return base === above || base.startsWith(`${above}/`)
}

/** Parses an address that may serve as the base of a target: http(s), without credentials. */
export function parseBase(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const web = url.protocol === 'http:' || url.protocol === 'https:'
  return web && url.username === '' && url.password === '' ? url : undefined
}
