import { categoryOf } from '../../../shared/wire/rules/roles.ts'
import type { Capable } from './capabilities.ts'
import { DEFAULT_SITE } from './site.ts'

/** What an agent says of itself when it opens a session. */
export interface Announced {
  readonly wire: number
  readonly roles: readonly string[]
  readonly forms: readonly string[]
  readonly host: string
  readonly version: string
}

interface Row extends Capable {
  readonly host: string
  readonly version: string
  readonly site?: string | undefined
  readonly olderKeys?: { readonly until: number } | undefined
}

/**
 * What changes with what an agent says; `undefined` when nothing does. An agent with roles that belongs to no site yet
 * joins its tenant's one. Former keys go when their time is over.
 */
export function changedBy(row: Row, said: Announced, now: number) {
  const { wire, host, version } = said
  const [roles, forms] = [[...said.roles], [...said.forms]]
  const site = row.site ?? (roles.length > 0 ? DEFAULT_SITE : undefined)
  const over = row.olderKeys !== undefined && now >= row.olderKeys.until
  const isSame =
    row.wire === wire &&
    row.host === host &&
    row.version === version &&
    row.site === site &&
    sameNames(row.roles, roles) &&
    sameNames(row.forms, forms)
  if (isSame && !over) return undefined
  const category = categoryOf(roles)
  const change = { wire, roles, forms, host, version, category, ...(site === undefined ? {} : { site }) }
  return { change, dropsOlderKeys: over }
}

function sameNames(known: readonly string[] | undefined, said: readonly string[]): boolean {
  return known !== undefined && known.length === said.length && known.every((name) => said.includes(name))
}
