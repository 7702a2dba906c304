/** Back to where the way began, when that is a page of this portal; anything else could lead to a stranger's. */
export function ownAddress(to: string | null): string {
  return to !== null && /^\/(?![/\\])/.test(to) ? to : '/'
}
