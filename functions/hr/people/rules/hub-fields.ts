/** What the tenant leads in the hub, and how it changes. Sage's fields are in `plan.ts`. */

export interface HubFields {
  readonly locked: boolean
  readonly identMedia: readonly string[]
  /** Ids. */
  readonly groups: readonly string[]
}

export type PersonEdit = { readonly [K in keyof HubFields]?: HubFields[K] | undefined }

export type PeopleAction =
  | { readonly kind: 'lock' | 'unlock' }
  | { readonly kind: 'add-group' | 'remove-group'; readonly group: string }

/** So many groups and so many ident media fit one person; all rows of a change then fit one atomic batch. */
export const MAX_GROUPS = 20
export const MAX_IDENT_MEDIA = 20

export function applyEdit(before: HubFields, edit: PersonEdit): HubFields {
  return {
    locked: edit.locked ?? before.locked,
    identMedia: edit.identMedia === undefined ? before.identMedia : [...new Set(edit.identMedia)],
    groups: edit.groups === undefined ? before.groups : [...new Set(edit.groups)],
  }
}

/** What an action makes of a person. */
export function applyAction(before: HubFields, action: PeopleAction): HubFields {
  switch (action.kind) {
    case 'lock':
    case 'unlock':
      return { ...before, locked: action.kind === 'lock' }
    case 'add-group':
      return { ...before, groups: [...new Set([...before.groups, action.group])] }
    case 'remove-group':
      return { ...before, groups: before.groups.filter((group) => group !== action.group) }
  }
}

export function same(a: HubFields, b: HubFields): boolean {
  return a.locked === b.locked && equal(a.identMedia, b.identMedia) && equal(a.groups, b.groups)
}

export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

export function difference(before: readonly string[], after: readonly string[]): Difference {
  return {
    added: after.filter((one) => !before.includes(one)),
    removed: before.filter((one) => !after.includes(one)),
  }
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index])
}
