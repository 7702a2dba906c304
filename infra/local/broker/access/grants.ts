import type { Right } from '../settings.ts'
import { covers, type Grant, pathOf } from './sas.ts'

/** The tokens that one connection has shown. */
export interface Grants {
  add(grant: Grant): void
  /** Whether a token that is valid at `now` gives one of these rights on the entity at `path`. */
  allows(path: string, rights: readonly Right[], now: number): boolean
  /** When the next token expires; `Infinity` when there is none. */
  nextExpiry(): number
}

export function createGrants(): Grants {
  let held: Grant[] = []
  return {
    add(grant) {
      held = held.filter(
        (other) =>
          other.audience !== grant.audience ||
          other.expiresAt > grant.expiresAt ||
          [...other.rights].some((right) => !grant.rights.has(right)),
      )
      held.push(grant)
    },
    allows(path, rights, now) {
      held = held.filter((grant) => grant.expiresAt > now)
      const wanted = path.toLowerCase()
      return held.some((grant) => {
        const place = pathOf(grant.audience)
        return (
          (place === '' || covers(place, wanted)) &&
          rights.some((right) => grant.rights.has(right) || grant.rights.has('manage'))
        )
      })
    },
    nextExpiry: () =>
      held.reduce((first, grant) => Math.min(first, grant.expiresAt), Number.POSITIVE_INFINITY),
  }
}
