/** Whom an account or token may see (A9). The shape is that of a call's scope. */
export type AccountScope =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'limited'; readonly people: readonly string[]; readonly groups: readonly string[] }

/** Whether somebody who sees `held` may give `given` to another: never more than they see themselves. */
export function covers(held: AccountScope, given: AccountScope): boolean {
  if (held.kind === 'everyone') return true
  if (given.kind === 'everyone') return false
  return (
    given.people.every((one) => held.people.includes(one)) &&
    given.groups.every((one) => held.groups.includes(one))
  )
}
